using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Lab.Emulators.Dpu.DataPath;
using Lab.Emulators.Dpu.DataPath.NvmeTcp;
using Lab.Protocols.NvmeTcp;

namespace Lab.Emulators.Dpu.Tests.DataPath.NvmeTcp;

/// <summary>A target that sends anything: no crash, no byte outside a request's memory, no request completed twice.</summary>
public sealed class QueueFuzzTests
{
    private const int Rounds = 500;
    private const int PdusPerRound = 20;
    private const int Requests = 8;
    private const byte Canary = 0xa5;
    private const int CanaryBytes = 256;

    [Theory]
    [InlineData(1, false, false)]
    [InlineData(2, true, false)]
    [InlineData(3, true, true)]
    public async Task TenThousandPdus_BreakNothing(int seed, bool headerDigest, bool dataDigest)
    {
        var random = new Random(seed);
        var escaped = new List<Exception>();
        var ended = 0;
        await using var reactor = new Reactor("fuzz", escaped.Add);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        for (var round = 0; round < Rounds; round++)
            ended += await RunRoundAsync(random, reactor, listener, new QueueTerms(new PduDigests(headerDigest, dataDigest), 4096));
        Assert.Empty(escaped);
        // A fuzz in which every connection ends at once, or none, tests little.
        Assert.InRange(ended, Rounds / 4, Rounds);
    }

    private static async Task<int> RunRoundAsync(Random random, Reactor reactor, TcpListener listener, QueueTerms terms)
    {
        var device = new NvmeNamespace(null!, 1, 512, 1 << 20, TimeProvider.System);
        var path = new IoPath(() => { }, reactor, 1);
        var failure = new TaskCompletionSource<IOException>(TaskCreationOptions.RunContinuationsAsynchronously);
        var target = (IPEndPoint)listener.LocalEndpoint;
        ReactorStream? stream = null;
        await reactor.RunAsync(() => stream = ReactorStream.Connect(reactor, target, TimeSpan.FromSeconds(5)));
        using var peer = await listener.AcceptTcpClientAsync();
        var requests = MakeRequests(random);
        NvmeChannel? channel = null;
        await reactor.RunAsync(() =>
        {
            channel = new NvmeChannel(device, reactor);
            path.SetNamespaces(System.Collections.Immutable.ImmutableDictionary<uint, PathUsability>.Empty.Add(1, PathUsability.Optimized));
            path.Open(new IoQueue(
                path, stream!, terms, new IoQueueLimits(1024, 8192, 16, true, true), TimeProvider.System, (_, reason) => failure.TrySetResult(reason)));
            channel.AddPath(path);
            foreach (var request in requests)
                channel.Submit(request);
            channel.Kick();
        });
        try
        {
            for (var i = 0; i < PdusPerRound && !failure.Task.IsCompleted; i++)
                await peer.GetStream().WriteAsync(MakePdu(random, terms));
            // Everything sent has been read: an empty batch comes after it on the same thread.
            peer.Client.Shutdown(SocketShutdown.Send);
            await failure.Task.WaitAsync(TimeSpan.FromSeconds(20));
        }
        catch (IOException)
        {
            await failure.Task.WaitAsync(TimeSpan.FromSeconds(20));
        }
        await reactor.RunAsync(() =>
        {
            path.Close(TimeSpan.FromMilliseconds(1));
            path.GiveUpHope();
            channel!.Dispose();
        });
        foreach (var request in requests)
        {
            Assert.Equal(1, request.Completions);
            Assert.True(request.AreCanariesAlive);
            request.Dispose();
        }
        return (await failure.Task) is PduException ? 1 : 0;
    }

    private static GuardedRequest[] MakeRequests(Random random) =>
    [
        .. Enumerable.Range(0, Requests).Select(i => new GuardedRequest(
            i % 2 == 0 ? BlockOperation.Read : BlockOperation.Write, (ulong)i * 16384, random.Next(1, 17) * 512, random)),
    ];

    /// <summary>Mostly what a target may send, with one thing or another wrong with it.</summary>
    private static byte[] MakePdu(Random random, QueueTerms terms)
    {
        if (random.Next(40) == 0)
        {
            var noise = new byte[random.Next(1, 64)];
            random.NextBytes(noise);
            return noise;
        }
        ReadOnlySpan<byte> types = [5, 7, 7, 7, 9, 9, 3];
        var type = types[random.Next(random.Next(10) == 0 ? types.Length : types.Length - 1)];
        var header = new byte[24];
        var length = random.Next(4) == 0 ? random.Next(0, 10_000) : random.Next(1, 17) * 512;
        var data = new byte[type == 7 ? length : 0];
        random.NextBytes(data);
        header[0] = type;
        header[1] = (byte)((terms.Digests.Header ? 1 : 0) | (terms.Digests.Data && type == 7 ? 2 : 0) | (random.Next(2) * 4) | (random.Next(4) == 0 ? 8 : 0));
        header[2] = 24;
        header[3] = type == 7 ? (byte)(terms.Digests.Header ? 28 : 24) : (byte)0;
        // First generation of the first slots.
        var id = (ushort)((1 << IoQueue.IndexBits) | random.Next(Requests + 1));
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(type == 5 ? 20 : 8), id);
        if (type == 5)
            BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(22), (ushort)(random.Next(2) == 0 ? 0 : 0x8000 | (random.Next(1 << 11) << 1)));
        else
            BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(12), random.Next(3) == 0 ? random.Next(20) * 512 : 0);
        if (type is 7 or 9)
            BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(16), random.Next(20) == 0 ? random.Next() : length);
        var dataDigest = terms.Digests.Data && data.Length > 0;
        var total = 24 + (terms.Digests.Header ? 4 : 0) + data.Length + (dataDigest ? 4 : 0);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(4), random.Next(30) == 0 ? random.Next() : total);
        if (random.Next(20) == 0)
            header[random.Next(8)] ^= (byte)(1 << random.Next(8));
        byte[] headerDigest = terms.Digests.Header ? BitConverter.GetBytes(TargetWire.Crc(header)) : [];
        byte[] digest = dataDigest ? BitConverter.GetBytes(TargetWire.Crc(data) ^ (random.Next(20) == 0 ? 1u : 0)) : [];
        return [.. header, .. headerDigest, .. data, .. digest];
    }

    /// <summary>A request whose memory has canaries before, between and behind its segments.</summary>
    private sealed unsafe class GuardedRequest : BlockRequest, IDisposable
    {
        private readonly BlockSegment[] segments;
        private readonly List<(int At, int Length)> canaries = [];
        private readonly byte* memory;
        private int completions;

        public GuardedRequest(BlockOperation operation, ulong offset, int length, Random random)
        {
            Operation = operation;
            Offset = offset;
            Length = (ulong)length;
            const int segmentsMax = 4;
            var size = length + ((segmentsMax + 1) * CanaryBytes);
            memory = (byte*)System.Runtime.InteropServices.NativeMemory.Alloc((nuint)size);
            new Span<byte>(memory, size).Fill(Canary);
            var list = new List<BlockSegment>();
            var at = 0;
            var left = length;
            while (left > 0)
            {
                canaries.Add((at, CanaryBytes));
                at += CanaryBytes;
                var part = list.Count == segmentsMax - 1 ? left : random.Next(1, left + 1);
                list.Add(new BlockSegment((nint)memory + at, part));
                at += part;
                left -= part;
            }
            canaries.Add((at, CanaryBytes));
            segments = [.. list];
        }

        public override ReadOnlySpan<BlockSegment> Segments => segments;

        public int Completions => Volatile.Read(ref completions);

        public bool AreCanariesAlive => canaries.TrueForAll(c => new ReadOnlySpan<byte>(memory + c.At, c.Length).IndexOfAnyExcept(Canary) < 0);

        public override void Complete(BlockStatus status) => Interlocked.Increment(ref completions);

        public void Dispose() => System.Runtime.InteropServices.NativeMemory.Free(memory);
    }
}
