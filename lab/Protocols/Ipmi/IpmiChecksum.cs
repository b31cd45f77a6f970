namespace Lab.Protocols.Ipmi;

/// <summary>The 8-bit two's-complement checksum of messages, records and FRU areas (IPMI 2.0 §13.8).</summary>
public static class IpmiChecksum
{
    /// <summary>The byte that makes the sum of <paramref name="bytes"/> and itself 0 modulo 256.</summary>
    public static byte Of(ReadOnlySpan<byte> bytes)
    {
        byte sum = 0;
        foreach (var value in bytes)
            sum += value;
        return (byte)-sum;
    }

    /// <param name="bytes">Content and, last, its checksum.</param>
    public static bool Holds(ReadOnlySpan<byte> bytes) => Of(bytes) == 0;
}
