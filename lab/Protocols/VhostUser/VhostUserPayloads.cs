using System.Buffers.Binary;

namespace Lab.Protocols.VhostUser;

/// <summary>"A vring state description": a queue and a number.</summary>
public readonly record struct VringState(uint Index, uint Number)
{
    public const int Bytes = 8;

    public static VringState Read(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt32LittleEndian(bytes), BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]));

    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Index);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[4..], Number);
    }
}

/// <summary>"A vring address description"; addresses are the front end's own, not the guest's.</summary>
public readonly record struct VringAddress(uint Index, uint Flags, ulong Descriptors, ulong Used, ulong Available)
{
    public const int Bytes = 40;

    public static VringAddress Read(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt32LittleEndian(bytes), BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]), BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]),
        BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]), BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]));
}

/// <summary>"Memory region description".</summary>
public readonly record struct MemoryRegion(ulong GuestAddress, ulong Size, ulong UserAddress, ulong FileOffset)
{
    public const int Bytes = 32;

    /// <summary>Regions of one table, one descriptor each.</summary>
    public const int CountMax = 8;

    private const int TableHeaderBytes = 8;

    /// <returns>False when the table does not hold what it says.</returns>
    public static bool TryReadTable(ReadOnlySpan<byte> bytes, out MemoryRegion[] regions)
    {
        regions = [];
        if (bytes.Length < TableHeaderBytes)
            return false;
        var count = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        if (count is 0 or > CountMax || bytes.Length < TableHeaderBytes + (count * Bytes))
            return false;
        regions = new MemoryRegion[count];
        for (var i = 0; i < count; i++)
        {
            var region = bytes[(TableHeaderBytes + (i * Bytes))..];
            regions[i] = new MemoryRegion(
                BinaryPrimitives.ReadUInt64LittleEndian(region), BinaryPrimitives.ReadUInt64LittleEndian(region[8..]),
                BinaryPrimitives.ReadUInt64LittleEndian(region[16..]), BinaryPrimitives.ReadUInt64LittleEndian(region[24..]));
        }
        return true;
    }
}

/// <summary>"Inflight description".</summary>
public readonly record struct InflightDescription(ulong MapSize, ulong MapOffset, ushort Queues, ushort QueueSize)
{
    public const int Bytes = 24;

    public static InflightDescription Read(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]), BinaryPrimitives.ReadUInt16LittleEndian(bytes[16..]),
        BinaryPrimitives.ReadUInt16LittleEndian(bytes[18..]));

    public void Write(Span<byte> bytes)
    {
        bytes[..Bytes].Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, MapSize);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], MapOffset);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[16..], Queues);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[18..], QueueSize);
    }
}
