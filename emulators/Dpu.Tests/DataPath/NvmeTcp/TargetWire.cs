using System.Buffers.Binary;

namespace Lab.Emulators.Dpu.Tests.DataPath.NvmeTcp;

/// <summary>NVMe/TCP from the target's side, written from the specification alone: the product's codec is not used here.</summary>
internal sealed class TargetWire(Stream stream) : IDisposable
{
    private static readonly uint[] Table = MakeTable();
    private readonly SemaphoreSlim sending = new(1, 1);

    public bool HeaderDigest { get; private set; }

    public bool DataDigest { get; private set; }

    /// <summary>Next data digest is sent wrong.</summary>
    public bool CorruptNextDataDigest { get; set; }

    public bool CorruptNextHeaderDigest { get; set; }

    public static uint Crc(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        foreach (var octet in data)
            crc = Table[(crc ^ octet) & 0xff] ^ (crc >> 8);
        return ~crc;
    }

    public void Dispose() => sending.Dispose();

    public async Task GreetAsync(int h2cDataBytesMax)
    {
        var request = new byte[128];
        await stream.ReadExactlyAsync(request);
        Assert.Equal([0, 0, 128, 0, 128, 0, 0, 0], request[..8]);
        HeaderDigest = (request[11] & 1) != 0;
        DataDigest = (request[11] & 2) != 0;
        var response = new byte[128];
        response[0] = 1;
        response[2] = 128;
        response[4] = 128;
        response[11] = request[11];
        BinaryPrimitives.WriteInt32LittleEndian(response.AsSpan(12), h2cDataBytesMax);
        await SendRawAsync(response);
    }

    /// <returns>Header and data of the next PDU; digests are checked.</returns>
    public async Task<(byte[] Header, byte[] Data)> ReceiveAsync()
    {
        var common = new byte[8];
        await stream.ReadExactlyAsync(common);
        var total = BinaryPrimitives.ReadInt32LittleEndian(common.AsSpan(4));
        var rest = new byte[total - 8];
        await stream.ReadExactlyAsync(rest);
        byte[] pdu = [.. common, .. rest];
        var header = pdu[..common[2]];
        if (common[0] == 2)
            return (header, []);
        Assert.Equal(HeaderDigest, (common[1] & 1) != 0);
        if (HeaderDigest)
            Assert.Equal(Crc(header), BinaryPrimitives.ReadUInt32LittleEndian(pdu.AsSpan(header.Length)));
        if (common[3] == 0)
            return (header, []);
        Assert.Equal(header.Length + (HeaderDigest ? 4 : 0), common[3]);
        Assert.Equal(DataDigest, (common[1] & 2) != 0);
        var data = pdu[common[3]..(total - (DataDigest ? 4 : 0))];
        if (DataDigest)
            Assert.Equal(Crc(data), BinaryPrimitives.ReadUInt32LittleEndian(pdu.AsSpan(total - 4)));
        return (header, data);
    }

    public Task RespondAsync(ushort commandId, ushort status = 0, ulong result = 0)
    {
        var pdu = new byte[24];
        BinaryPrimitives.WriteUInt64LittleEndian(pdu.AsSpan(8), result);
        BinaryPrimitives.WriteUInt16LittleEndian(pdu.AsSpan(20), commandId);
        BinaryPrimitives.WriteUInt16LittleEndian(pdu.AsSpan(22), (ushort)(status << 1));
        return SendAsync(5, 0, pdu, ReadOnlyMemory<byte>.Empty);
    }

    public Task SendDataAsync(ushort commandId, int offset, ReadOnlyMemory<byte> data, bool isLast, bool isSuccess)
    {
        var pdu = new byte[24];
        BinaryPrimitives.WriteUInt16LittleEndian(pdu.AsSpan(8), commandId);
        BinaryPrimitives.WriteInt32LittleEndian(pdu.AsSpan(12), offset);
        BinaryPrimitives.WriteInt32LittleEndian(pdu.AsSpan(16), data.Length);
        return SendAsync(7, (byte)((isLast ? 4 : 0) | (isSuccess ? 8 : 0)), pdu, data);
    }

    public Task AskForDataAsync(ushort commandId, ushort transferTag, int offset, int length)
    {
        var pdu = new byte[24];
        BinaryPrimitives.WriteUInt16LittleEndian(pdu.AsSpan(8), commandId);
        BinaryPrimitives.WriteUInt16LittleEndian(pdu.AsSpan(10), transferTag);
        BinaryPrimitives.WriteInt32LittleEndian(pdu.AsSpan(12), offset);
        BinaryPrimitives.WriteInt32LittleEndian(pdu.AsSpan(16), length);
        return SendAsync(9, 0, pdu, ReadOnlyMemory<byte>.Empty);
    }

    public async Task SendRawAsync(ReadOnlyMemory<byte> bytes)
    {
        await sending.WaitAsync();
        try
        {
            await stream.WriteAsync(bytes);
        }
        finally
        {
            sending.Release();
        }
    }

    private Task SendAsync(byte type, byte flags, byte[] header, ReadOnlyMemory<byte> data)
    {
        var dataAt = header.Length + (HeaderDigest ? 4 : 0);
        var pdu = new byte[dataAt + data.Length + (DataDigest && data.Length > 0 ? 4 : 0)];
        header[0] = type;
        header[1] = (byte)(flags | (HeaderDigest ? 1 : 0) | (DataDigest && data.Length > 0 ? 2 : 0));
        header[2] = (byte)header.Length;
        header[3] = data.Length > 0 ? (byte)dataAt : (byte)0;
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(4), pdu.Length);
        header.CopyTo(pdu, 0);
        if (HeaderDigest)
            BinaryPrimitives.WriteUInt32LittleEndian(pdu.AsSpan(header.Length), Crc(header) ^ (CorruptNextHeaderDigest ? 1u : 0));
        CorruptNextHeaderDigest = false;
        data.CopyTo(pdu.AsMemory(dataAt));
        if (DataDigest && data.Length > 0)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(pdu.AsSpan(dataAt + data.Length), Crc(data.Span) ^ (CorruptNextDataDigest ? 1u : 0));
            CorruptNextDataDigest = false;
        }
        return SendRawAsync(pdu);
    }

    private static uint[] MakeTable()
    {
        var table = new uint[256];
        for (uint i = 0; i < 256; i++)
        {
            var crc = i;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x82f63b78 : crc >> 1;
            table[i] = crc;
        }
        return table;
    }
}
