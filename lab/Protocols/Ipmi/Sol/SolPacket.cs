namespace Lab.Protocols.Ipmi.Sol;

/// <summary>What a console asks for beside its characters (IPMI 2.0 table 15-2, operation byte towards the BMC).</summary>
[Flags]
public enum SolOperation : byte
{
    None = 0,
    FlushOutbound = 0x01,
    FlushInbound = 0x02,
    DeassertDcd = 0x04,
    CtsPause = 0x08,
    GenerateBreak = 0x10,
    RingWor = 0x20,
    Nack = 0x40,
}

/// <summary>What the BMC tells beside its characters (IPMI 2.0 table 15-2, status byte towards the console).</summary>
[Flags]
public enum SolStatus : byte
{
    None = 0,
    BreakDetected = 0x04,
    TransmitOverrun = 0x08,
    Deactivating = 0x10,
    CharacterTransferUnavailable = 0x20,
    Nack = 0x40,
}

/// <summary>One packet of serial over LAN (IPMI 2.0 §15.9, table 15-2).</summary>
/// <param name="Sequence">1 to 15; 0 is a packet of acknowledgement alone, which itself is not acknowledged.</param>
/// <param name="Acknowledged">Sequence of the packet acknowledged; 0 acknowledges none.</param>
/// <param name="AcceptedCount">How many of that packet's characters were taken.</param>
/// <param name="Control"><see cref="SolOperation"/> towards the BMC, <see cref="SolStatus"/> towards the console.</param>
public sealed record SolPacket(byte Sequence, byte Acknowledged, byte AcceptedCount, byte Control, ReadOnlyMemory<byte> Characters)
{
    public const int HeaderBytes = 4;
    public const int CharactersMax = 255;
    private const byte SequenceMask = 0x0f;

    public SolOperation Operation => (SolOperation)Control;
    public SolStatus Status => (SolStatus)Control;

    public static bool TryRead(ReadOnlySpan<byte> payload, out SolPacket? packet)
    {
        packet = payload.Length is < HeaderBytes or > HeaderBytes + CharactersMax
            ? null
            : new SolPacket(
                (byte)(payload[0] & SequenceMask), (byte)(payload[1] & SequenceMask), payload[2], payload[3], payload[HeaderBytes..].ToArray());
        return packet is not null;
    }

    public byte[] ToBytes() => [Sequence, Acknowledged, AcceptedCount, Control, .. Characters.Span];

    /// <summary>15 is followed by 1.</summary>
    public static byte Next(byte sequence) => (byte)(sequence >= SequenceMask ? 1 : sequence + 1);
}
