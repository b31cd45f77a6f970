using System.Buffers.Binary;

namespace Lab.Protocols.Ipmi.Lan;

/// <summary>The header of every datagram (ASF 2.0 §3.2.2.2): version 06h, reserved, sequence number, class.</summary>
public static class Rmcp
{
    public const int HeaderBytes = 4;
    public const int Port = 623;

    /// <summary>Longest datagram taken; an IPMI message with its session wrapper is far shorter.</summary>
    public const int DatagramBytesMax = 1024;
    public const byte ClassAsf = 0x06;
    public const byte ClassIpmi = 0x07;

    /// <summary>Sequence number of messages that are not acknowledged.</summary>
    public const byte NoAcknowledge = 0xff;

    private const byte Version = 0x06;
    private const byte AcknowledgeBit = 0x80;

    public static bool TryRead(ReadOnlySpan<byte> datagram, out byte messageClass, out ReadOnlySpan<byte> content)
    {
        messageClass = 0;
        content = default;
        if (datagram.Length is < HeaderBytes or > DatagramBytesMax || datagram[0] != Version || (datagram[3] & AcknowledgeBit) != 0)
            return false;
        messageClass = datagram[3];
        content = datagram[HeaderBytes..];
        return true;
    }

    public static byte[] Write(byte messageClass, ReadOnlySpan<byte> content) => [Version, 0, NoAcknowledge, messageClass, .. content];
}

/// <summary>ASF Presence Ping and Pong (ASF 2.0 §3.2.4.2, §3.2.4.3): the discovery of a BMC.</summary>
public static class AsfPresence
{
    private const uint AsfIana = 0x000011be;
    private const byte PingType = 0x80;
    private const byte PongType = 0x40;
    private const int HeaderBytes = 8;
    private const int PongBytes = 16;
    private const byte IpmiSupported = 0x80;
    private const byte AsfVersion1 = 0x01;

    public static byte[] WritePing(byte tag) => Rmcp.Write(Rmcp.ClassAsf, Header(PingType, tag, 0));

    /// <param name="content">What follows the RMCP header.</param>
    /// <param name="tag">To be repeated by the pong; FFh asks for none to be matched.</param>
    public static bool TryReadPing(ReadOnlySpan<byte> content, out byte tag) => TryRead(content, PingType, 0, out tag);

    public static byte[] WritePong(byte tag)
    {
        var content = new byte[HeaderBytes + PongBytes];
        Header(PongType, tag, PongBytes).CopyTo(content, 0);
        BinaryPrimitives.WriteUInt32BigEndian(content.AsSpan(HeaderBytes), AsfIana);
        content[HeaderBytes + 8] = IpmiSupported | AsfVersion1;
        return Rmcp.Write(Rmcp.ClassAsf, content);
    }

    public static bool TryReadPong(ReadOnlySpan<byte> content, out byte tag) => TryRead(content, PongType, PongBytes, out tag);

    private static bool TryRead(ReadOnlySpan<byte> content, byte type, int bytes, out byte tag)
    {
        tag = 0;
        if (content.Length < HeaderBytes + bytes || BinaryPrimitives.ReadUInt32BigEndian(content) != AsfIana
            || content[4] != type || content[7] != bytes)
            return false;
        tag = content[5];
        return true;
    }

    private static byte[] Header(byte type, byte tag, byte length)
    {
        var header = new byte[HeaderBytes];
        BinaryPrimitives.WriteUInt32BigEndian(header, AsfIana);
        (header[4], header[5], header[7]) = (type, tag, length);
        return header;
    }
}
