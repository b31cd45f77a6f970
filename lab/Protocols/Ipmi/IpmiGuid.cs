namespace Lab.Protocols.Ipmi;

/// <summary>
/// GUIDs on the wire: the sixteen bytes of RFC 4122 in reverse order, least significant byte of the node first (IPMI 2.0 §20.8).
/// </summary>
public static class IpmiGuid
{
    public const int Bytes = 16;

    public static Guid Read(ReadOnlySpan<byte> wire)
    {
        Span<byte> straight = stackalloc byte[Bytes];
        wire[..Bytes].CopyTo(straight);
        straight.Reverse();
        return new Guid(straight, bigEndian: true);
    }

    public static void Write(Guid value, Span<byte> wire)
    {
        value.TryWriteBytes(wire, bigEndian: true, out _);
        wire[..Bytes].Reverse();
    }
}
