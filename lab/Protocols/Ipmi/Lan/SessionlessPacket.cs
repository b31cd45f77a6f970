using System.Buffers.Binary;

namespace Lab.Protocols.Ipmi.Lan;

/// <summary>
/// The session wrapper of IPMI 1.5 (IPMI 2.0 table 13-8), which also carries the first requests of IPMI 2.0: authentication type
/// none, session id and sequence number 0.
/// </summary>
public static class SessionlessPacket
{
    /// <summary>Authentication type that marks the wrapper of RMCP+.</summary>
    public const byte RmcpPlus = 0x06;

    private const int HeaderBytes = 10;

    /// <param name="content">What follows the RMCP header.</param>
    /// <param name="message">An IPMI message outside any session. IPMI 1.5 sessions are not spoken: their packets are not read.</param>
    public static bool TryRead(ReadOnlySpan<byte> content, out ReadOnlySpan<byte> message)
    {
        message = default;
        if (content.Length < HeaderBytes || content[..9].IndexOfAnyExcept((byte)0) >= 0)
            return false;
        var length = content[9];
        // A packet of certain lengths is padded by one byte (table 13-8, legacy pad).
        if (content.Length - HeaderBytes - length is not (0 or 1))
            return false;
        message = content.Slice(HeaderBytes, length);
        return true;
    }

    public static byte[] Write(ReadOnlySpan<byte> message)
    {
        var content = new byte[HeaderBytes + message.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(content, 0);
        content[9] = checked((byte)message.Length);
        message.CopyTo(content.AsSpan(HeaderBytes));
        return Rmcp.Write(Rmcp.ClassIpmi, content);
    }
}
