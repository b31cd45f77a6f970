using System.Buffers.Binary;

namespace Lab.Protocols.Ipmi.Lan;

/// <summary>
/// A packet in the session wrapper of RMCP+ as it is on the wire (IPMI 2.0 table 13-8): the payload may be encrypted and the trailer
/// unchecked; <see cref="SessionCipher"/> opens it.
/// </summary>
public readonly ref struct RmcpPlusPacket
{
    private const int HeaderBytes = 12;
    private const byte EncryptedBit = 0x80;
    private const byte AuthenticatedBit = 0x40;
    private const byte TypeMask = 0x3f;

    public PayloadType Type { get; private init; }
    public bool IsEncrypted { get; private init; }
    public bool IsAuthenticated { get; private init; }

    /// <summary>The receiver's session id; 0 outside a session.</summary>
    public uint SessionId { get; private init; }

    /// <summary>0 outside a session.</summary>
    public uint Sequence { get; private init; }
    public ReadOnlySpan<byte> Payload { get; private init; }

    /// <summary>Everything after the RMCP header.</summary>
    public ReadOnlySpan<byte> Content { get; private init; }

    /// <summary>Where the session trailer begins in <see cref="Content"/>.</summary>
    public int TrailerAt { get; private init; }

    /// <param name="content">What follows the RMCP header.</param>
    public static bool TryRead(ReadOnlySpan<byte> content, out RmcpPlusPacket packet)
    {
        packet = default;
        // OEM explicit payloads have a longer header; none is known here.
        if (content.Length < HeaderBytes || content[0] != SessionlessPacket.RmcpPlus || (content[1] & TypeMask) == (byte)PayloadType.OemExplicit)
            return false;
        var length = BinaryPrimitives.ReadUInt16LittleEndian(content[10..]);
        var isAuthenticated = (content[1] & AuthenticatedBit) != 0;
        if (content.Length < HeaderBytes + length || (!isAuthenticated && content.Length != HeaderBytes + length))
            return false;
        packet = new RmcpPlusPacket
        {
            Type = (PayloadType)(content[1] & TypeMask),
            IsEncrypted = (content[1] & EncryptedBit) != 0,
            IsAuthenticated = isAuthenticated,
            SessionId = BinaryPrimitives.ReadUInt32LittleEndian(content[2..]),
            Sequence = BinaryPrimitives.ReadUInt32LittleEndian(content[6..]),
            Payload = content.Slice(HeaderBytes, length),
            Content = content,
            TrailerAt = HeaderBytes + length,
        };
        return true;
    }

    /// <summary>A packet outside a session: Open Session and RAKP messages.</summary>
    public static byte[] WriteOutsideSession(PayloadType type, ReadOnlySpan<byte> payload) =>
        Rmcp.Write(Rmcp.ClassIpmi, [.. Header(type, 0, 0, payload.Length), .. payload]);

    internal static byte[] ProtectedHeader(PayloadType type, uint sessionId, uint sequence, int length)
    {
        var header = Header(type, sessionId, sequence, length);
        header[1] |= EncryptedBit | AuthenticatedBit;
        return header;
    }

    private static byte[] Header(PayloadType type, uint sessionId, uint sequence, int length)
    {
        var header = new byte[HeaderBytes];
        header[0] = SessionlessPacket.RmcpPlus;
        header[1] = (byte)type;
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(2), sessionId);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(6), sequence);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(10), checked((ushort)length));
        return header;
    }
}
