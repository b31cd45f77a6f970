using System.Buffers.Binary;

namespace Lab.Protocols.NvmeTcp;

/// <summary>Submission queue entries of admin and fabrics commands (NVMe base specification 2.0 §5 and §6), without ID and SGL.</summary>
public static class AdminCommand
{
    /// <summary>Connect (§6.3): CATTR bit 2 gives up flow control of the submission queue.</summary>
    public static byte[] Connect(ushort queueId, ushort entries, uint keepAliveMs)
    {
        var entry = Fabrics(FabricsType.Connect);
        BinaryPrimitives.WriteUInt16LittleEndian(entry.AsSpan(42), queueId);
        BinaryPrimitives.WriteUInt16LittleEndian(entry.AsSpan(44), (ushort)(entries - 1));
        BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(48), keepAliveMs);
        return entry;
    }

    /// <param name="isLong">8 bytes instead of 4.</param>
    public static byte[] PropertyGet(uint offset, bool isLong)
    {
        var entry = Fabrics(FabricsType.PropertyGet);
        entry[40] = isLong ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(44), offset);
        return entry;
    }

    public static byte[] PropertySet(uint offset, uint value)
    {
        var entry = Fabrics(FabricsType.PropertySet);
        BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(44), offset);
        BinaryPrimitives.WriteUInt64LittleEndian(entry.AsSpan(48), value);
        return entry;
    }

    /// <summary>Authentication Send and Receive (§6.1, §6.2) for DH-HMAC-CHAP.</summary>
    public static byte[] Authentication(bool isSend, int length)
    {
        const byte nvmeSecurityProtocol = 0xe9;
        var entry = Fabrics(isSend ? FabricsType.AuthenticationSend : FabricsType.AuthenticationReceive);
        entry[41] = 1;
        entry[42] = 1;
        entry[43] = nvmeSecurityProtocol;
        BinaryPrimitives.WriteInt32LittleEndian(entry.AsSpan(44), length);
        return entry;
    }

    public static byte[] Identify(byte structure, uint nsid)
    {
        var entry = Plain(Opcode.Identify, nsid);
        entry[40] = structure;
        return entry;
    }

    public static byte[] GetLogPage(byte page, int length, ulong offset = 0)
    {
        var entry = Plain(Opcode.GetLogPage, uint.MaxValue);
        var words = (uint)(length / sizeof(uint)) - 1;
        BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(40), page | (words << 16));
        BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(44), words >> 16);
        BinaryPrimitives.WriteUInt64LittleEndian(entry.AsSpan(48), offset);
        return entry;
    }

    public static byte[] SetFeatures(byte feature, uint value)
    {
        var entry = Plain(Opcode.SetFeatures, 0);
        entry[40] = feature;
        BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(44), value);
        return entry;
    }

    public static byte[] AsynchronousEventRequest() => Plain(Opcode.AsynchronousEventRequest, 0);

    public static byte[] KeepAlive() => Plain(Opcode.KeepAlive, 0);

    private static byte[] Plain(byte opcode, uint nsid)
    {
        var entry = new byte[Command.Size];
        entry[0] = opcode;
        BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(4), nsid);
        return entry;
    }

    private static byte[] Fabrics(byte type)
    {
        var entry = new byte[Command.Size];
        entry[0] = Opcode.Fabrics;
        entry[4] = type;
        return entry;
    }
}
