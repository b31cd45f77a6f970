using System.Buffers.Binary;

namespace Lab.Emulators.Dpu.DataPath.NvmeTcp.Admin;

/// <summary>Submission queue entries of admin and fabrics commands (NVMe base specification 2.0 §5 and §6), without ID and SGL.</summary>
internal static class AdminCommand
{
    public const int Bytes = 64;
    public const int IdentifyBytes = 4096;
    public const int ConnectDataBytes = 1024;
    public const ushort DynamicController = 0xffff;

    private const byte OpcodeFabrics = 0x7f;
    private const byte OpcodeGetLogPage = 0x02;
    private const byte OpcodeIdentify = 0x06;
    private const byte OpcodeSetFeatures = 0x09;
    private const byte OpcodeAsynchronousEvent = 0x0c;
    private const byte OpcodeKeepAlive = 0x18;
    private const byte FabricsPropertySet = 0x00;
    private const byte FabricsConnect = 0x01;
    private const byte FabricsPropertyGet = 0x04;
    private const byte FabricsAuthenticationSend = 0x05;
    private const byte FabricsAuthenticationReceive = 0x06;

    /// <summary>Connect (§6.3): CATTR bit 2 gives up flow control of the submission queue.</summary>
    public static byte[] Connect(ushort queueId, ushort entries, uint keepAliveMs)
    {
        var entry = Fabrics(FabricsConnect);
        BinaryPrimitives.WriteUInt16LittleEndian(entry.AsSpan(42), queueId);
        BinaryPrimitives.WriteUInt16LittleEndian(entry.AsSpan(44), (ushort)(entries - 1));
        BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(48), keepAliveMs);
        return entry;
    }

    public static byte[] ConnectData(Guid hostid, ushort controllerId, string subnqn, string hostnqn)
    {
        var data = new byte[ConnectDataBytes];
        hostid.TryWriteBytes(data, bigEndian: true, out _);
        BinaryPrimitives.WriteUInt16LittleEndian(data.AsSpan(16), controllerId);
        System.Text.Encoding.UTF8.GetBytes(subnqn, data.AsSpan(256, 255));
        System.Text.Encoding.UTF8.GetBytes(hostnqn, data.AsSpan(512, 255));
        return data;
    }

    /// <param name="isLong">8 bytes instead of 4.</param>
    public static byte[] PropertyGet(uint offset, bool isLong)
    {
        var entry = Fabrics(FabricsPropertyGet);
        entry[40] = isLong ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(44), offset);
        return entry;
    }

    public static byte[] PropertySet(uint offset, uint value)
    {
        var entry = Fabrics(FabricsPropertySet);
        BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(44), offset);
        BinaryPrimitives.WriteUInt64LittleEndian(entry.AsSpan(48), value);
        return entry;
    }

    /// <summary>Authentication Send and Receive (§6.1, §6.2) for DH-HMAC-CHAP.</summary>
    public static byte[] Authentication(bool isSend, int length)
    {
        const byte nvmeSecurityProtocol = 0xe9;
        var entry = Fabrics(isSend ? FabricsAuthenticationSend : FabricsAuthenticationReceive);
        entry[41] = 1;
        entry[42] = 1;
        entry[43] = nvmeSecurityProtocol;
        BinaryPrimitives.WriteInt32LittleEndian(entry.AsSpan(44), length);
        return entry;
    }

    public static byte[] Identify(byte structure, uint nsid)
    {
        var entry = Plain(OpcodeIdentify, nsid);
        entry[40] = structure;
        return entry;
    }

    public static byte[] GetLogPage(byte page, int length, ulong offset = 0)
    {
        var entry = Plain(OpcodeGetLogPage, uint.MaxValue);
        var words = (uint)(length / sizeof(uint)) - 1;
        BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(40), page | (words << 16));
        BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(44), words >> 16);
        BinaryPrimitives.WriteUInt64LittleEndian(entry.AsSpan(48), offset);
        return entry;
    }

    public static byte[] SetFeatures(byte feature, uint value)
    {
        var entry = Plain(OpcodeSetFeatures, 0);
        entry[40] = feature;
        BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(44), value);
        return entry;
    }

    public static byte[] AsynchronousEventRequest() => Plain(OpcodeAsynchronousEvent, 0);

    public static byte[] KeepAlive() => Plain(OpcodeKeepAlive, 0);

    private static byte[] Plain(byte opcode, uint nsid)
    {
        var entry = new byte[Bytes];
        entry[0] = opcode;
        BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(4), nsid);
        return entry;
    }

    private static byte[] Fabrics(byte type)
    {
        var entry = new byte[Bytes];
        entry[0] = OpcodeFabrics;
        entry[4] = type;
        return entry;
    }
}
