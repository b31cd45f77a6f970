using Lab.Emulators.Bmc.Console;
using Lab.Protocols.Ipmi.Sol;

namespace Lab.Emulators.Bmc.Ipmi.Sol;

/// <summary>What a packet of the console leads to.</summary>
/// <param name="Typed">Characters for the host; empty for none, or for a packet that had come before.</param>
/// <param name="SendsBreak">A break is wanted before them.</param>
/// <param name="Acknowledge">To be sent; null when the packet asks for nothing.</param>
internal readonly record struct SolInput(ReadOnlyMemory<byte> Typed, bool SendsBreak, SolPacket? Acknowledge);

/// <summary>
/// The state machine of one serial-over-LAN connection (IPMI 2.0 §15.9 to §15.11), without clock and wire. Output is the console's log
/// from an offset on: one packet is out at a time, and what the console did not accept goes out again under a new sequence number.
/// </summary>
internal sealed class SolPort(ConsoleLog log, long position, int charactersMax)
{
    private readonly byte[] buffer = new byte[charactersMax];
    private byte lastSent;
    private byte lastReceived;
    private byte lastAccepted;
    private SolStatus status;

    /// <summary>The packet that waits for its acknowledgement.</summary>
    internal SolPacket? Outstanding { get; private set; }

    /// <summary>How often it was repeated.</summary>
    internal int Repeats { get; private set; }

    /// <summary>The console asked to hold output.</summary>
    internal bool IsPaused { get; private set; }

    internal SolInput Take(SolPacket packet)
    {
        IsPaused = packet.Operation.HasFlag(SolOperation.CtsPause);
        if (Outstanding is { } sent && packet.Acknowledged == sent.Sequence)
        {
            position += Math.Min(packet.AcceptedCount, sent.Characters.Length);
            Outstanding = null;
        }
        if (packet.Operation.HasFlag(SolOperation.FlushOutbound))
        {
            position = log.End;
            Outstanding = null;
        }
        if (packet.Sequence == 0)
            return default;
        if (packet.Sequence == lastReceived)
            return new SolInput(default, false, Acknowledgement());
        (lastReceived, lastAccepted) = (packet.Sequence, (byte)packet.Characters.Length);
        return new SolInput(packet.Characters, packet.Operation.HasFlag(SolOperation.GenerateBreak), Acknowledgement());
    }

    /// <summary>How many characters wait to be sent, at most what a packet holds; 0 while one is out or output is held.</summary>
    internal int Waiting()
    {
        if (Outstanding is not null || IsPaused)
            return 0;
        var (offset, count) = log.Read(position, buffer);
        if (offset > position)
            status |= SolStatus.TransmitOverrun;
        position = offset;
        return count;
    }

    /// <summary>The next packet of output; null for none.</summary>
    internal SolPacket? Next()
    {
        var count = Waiting();
        if (count == 0)
            return null;
        lastSent = SolPacket.Next(lastSent);
        Outstanding = new SolPacket(lastSent, 0, 0, (byte)status, buffer.AsMemory(0, count).ToArray());
        (Repeats, status) = (0, SolStatus.None);
        return Outstanding;
    }

    /// <summary>No acknowledgement came in time: the same packet again, or null when it was repeated often enough and is dropped.</summary>
    internal SolPacket? Repeat(int repeatsMax)
    {
        if (Outstanding is { } lost && Repeats >= repeatsMax)
        {
            position += lost.Characters.Length;
            Outstanding = null;
            status |= SolStatus.TransmitOverrun;
            return null;
        }
        Repeats++;
        return Outstanding;
    }

    /// <summary>Tells the console that this connection ends.</summary>
    internal static SolPacket Goodbye { get; } = new(0, 0, 0, (byte)SolStatus.Deactivating, default);

    private SolPacket Acknowledgement() => new(0, lastReceived, lastAccepted, 0, default);
}
