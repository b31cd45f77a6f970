using System.Diagnostics;
using System.Net.Sockets;

namespace Lab.Emulators.Storage.Tests.Performance;

/// <summary>How requests look on the wire and how long their answers are; the same load then goes over any of them.</summary>
internal interface IPipelinedWire
{
    Socket Socket { get; }

    /// <summary>Bytes of one request.</summary>
    int RequestBytes { get; }

    /// <summary>Bytes of one answer, the data of a read included.</summary>
    int AnswerBytes { get; }

    void WriteRequest(Span<byte> request, ushort id, long offset);

    /// <summary>The id of an answer's request; fails when the answer is no success.</summary>
    ushort ReadAnswer(ReadOnlySpan<byte> answer);
}

/// <summary>Keeps a number of requests under way at random places of a volume, over one connection, from one thread.</summary>
internal sealed class PipelinedLoad(IPipelinedWire wire, int length, int depth, long volumeBytes)
{
    private readonly Random random = new(1);
    private readonly byte[] requests = new byte[wire.RequestBytes * depth];
    private readonly byte[] answers = new byte[Math.Max(wire.AnswerBytes * 2, 256 * 1024)];

    /// <returns>Requests per second.</returns>
    public double Run(TimeSpan duration)
    {
        var start = Stopwatch.GetTimestamp();
        for (var id = 0; id < depth; id++)
            Write(id, (ushort)id);
        Send(depth);
        var (under, done, filled) = (depth, 0L, 0);
        while (under > 0)
        {
            var received = wire.Socket.Receive(answers.AsSpan(filled));
            Assert.True(received > 0, "the server hung up");
            filled += received;
            var (at, next) = (0, 0);
            var isOver = Stopwatch.GetElapsedTime(start) >= duration;
            for (; filled - at >= wire.AnswerBytes; at += wire.AnswerBytes, done++, under--)
            {
                var id = wire.ReadAnswer(answers.AsSpan(at, wire.AnswerBytes));
                if (!isOver)
                    Write(next++, id);
            }
            answers.AsSpan(at, filled - at).CopyTo(answers);
            filled -= at;
            Send(next);
            under += next;
        }
        return done / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private void Write(int slot, ushort id) =>
        wire.WriteRequest(requests.AsSpan(slot * wire.RequestBytes, wire.RequestBytes), id, random.NextInt64(volumeBytes / length) * length);

    private void Send(int count)
    {
        for (var rest = requests.AsSpan(0, count * wire.RequestBytes); !rest.IsEmpty;)
            rest = rest[wire.Socket.Send(rest)..];
    }
}
