using System.Buffers.Binary;

namespace Lab.Protocols.VhostUser;

/// <summary>Feature bits of virtio 1.2 (§6) and its block device (§5.2.3).</summary>
[Flags]
public enum VirtioFeatures : ulong
{
    None = 0,
    BlkSegMax = 1ul << 2,
    BlkReadOnly = 1ul << 5,
    BlkBlockSize = 1ul << 6,
    BlkFlush = 1ul << 9,
    BlkMultiQueue = 1ul << 12,
    BlkDiscard = 1ul << 13,
    BlkWriteZeroes = 1ul << 14,
    IndirectDescriptors = 1ul << 28,
    EventIndex = 1ul << 29,

    /// <summary>Not virtio's but vhost-user's: there are protocol features.</summary>
    VhostProtocolFeatures = 1ul << 30,
    Version1 = 1ul << 32,
}

/// <summary>Types of a block request (§5.2.6).</summary>
public enum VirtioBlkType : uint
{
    In = 0,
    Out = 1,
    Flush = 4,
    GetId = 8,
    Discard = 11,
    WriteZeroes = 13,
}

public enum VirtioBlkStatus : byte
{
    Ok = 0,
    IoError = 1,
    Unsupported = 2,
}

/// <summary>struct virtio_blk_req's header.</summary>
public readonly record struct VirtioBlkHeader(VirtioBlkType Type, ulong Sector)
{
    public const int Bytes = 16;

    public static VirtioBlkHeader Read(ReadOnlySpan<byte> bytes) => new(
        (VirtioBlkType)BinaryPrimitives.ReadUInt32LittleEndian(bytes), BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]));
}

/// <summary>struct virtio_blk_discard_write_zeroes.</summary>
public readonly record struct VirtioBlkRange(ulong Sector, uint Sectors, uint Flags)
{
    public const int Bytes = 16;

    public static VirtioBlkRange Read(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]), BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]));
}

/// <summary>struct virtio_blk_config (§5.2.4), as far as this device has something to say.</summary>
public sealed record VirtioBlkConfig(ulong SizeBytes, uint BlockSize, uint SegmentsMax, ushort Queues)
{
    public const int SectorBytes = 512;
    public const int Bytes = 60;

    /// <summary>Sectors of one discard or write of zeroes: 2 GiB less a block of any size.</summary>
    public const uint RangeSectorsMax = (1u << 22) - 8;

    public void Write(Span<byte> bytes)
    {
        bytes.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, SizeBytes / SectorBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[12..], SegmentsMax);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[20..], BlockSize);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[34..], Queues);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[36..], RangeSectorsMax);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[40..], 1);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[44..], BlockSize / SectorBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[48..], RangeSectorsMax);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[52..], 1);
        bytes[56] = 1;
    }
}
