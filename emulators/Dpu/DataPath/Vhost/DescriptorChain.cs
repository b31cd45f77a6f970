using System.Runtime.InteropServices;

namespace Lab.Emulators.Dpu.DataPath.Vhost;

/// <summary>struct virtq_desc (virtio 1.2 §2.7.5).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct VirtqDescriptor
{
    public const int Bytes = 16;
    public const ushort Next = 1;
    public const ushort Write = 2;
    public const ushort Indirect = 4;

    public ulong Address;
    public uint Length;
    public ushort Flags;
    public ushort NextIndex;
}

/// <summary>
/// The stretches of memory of one chain: first what the device reads, then what it writes. Each descriptor is copied before it is looked
/// at, so that a driver cannot change it in between; every index, length and address is checked.
/// </summary>
internal sealed unsafe class DescriptorChain
{
    /// <summary>Header, data and status, and where a region of memory ends in one of them.</summary>
    private const int StretchesMax = VhostRequest.SegmentsMax + 10;

    private readonly BlockSegment[] readable = new BlockSegment[StretchesMax];
    private readonly BlockSegment[] writable = new BlockSegment[StretchesMax];
    private int readableCount;
    private int writableCount;

    public ReadOnlySpan<BlockSegment> Readable => readable.AsSpan(0, readableCount);

    public ReadOnlySpan<BlockSegment> Writable => writable.AsSpan(0, writableCount);

    /// <exception cref="VhostException">The driver is broken or hostile.</exception>
    public void Read(VirtqDescriptor* table, ushort size, ushort head, GuestMemory memory, bool allowsIndirect)
    {
        (readableCount, writableCount) = (0, 0);
        var index = head;
        for (var left = (int)size; ; left--)
        {
            if (index >= size || left == 0)
                throw new VhostException("a chain of descriptors leaves its table, or is a loop");
            var descriptor = table[index];
            if ((descriptor.Flags & VirtqDescriptor.Indirect) != 0)
            {
                if (!allowsIndirect || (descriptor.Flags & VirtqDescriptor.Next) != 0)
                    throw new VhostException("an indirect descriptor where none may be");
                ReadIndirect(descriptor, memory);
                return;
            }
            Add(descriptor, memory);
            if ((descriptor.Flags & VirtqDescriptor.Next) == 0)
                return;
            index = descriptor.NextIndex;
        }
    }

    private void ReadIndirect(VirtqDescriptor indirect, GuestMemory memory)
    {
        var size = indirect.Length / VirtqDescriptor.Bytes;
        var table = memory.Find(indirect.Address, indirect.Length, out var run);
        if (size is 0 or > StretchesMax || indirect.Length % VirtqDescriptor.Bytes != 0 || table is null || run < indirect.Length)
            throw new VhostException("an indirect table that cannot be");
        uint index = 0;
        for (var left = size; ; left--)
        {
            if (index >= size || left == 0)
                throw new VhostException("a chain of descriptors leaves its indirect table, or is a loop");
            var descriptor = ((VirtqDescriptor*)table)[index];
            if ((descriptor.Flags & VirtqDescriptor.Indirect) != 0)
                throw new VhostException("an indirect descriptor in an indirect table");
            Add(descriptor, memory);
            if ((descriptor.Flags & VirtqDescriptor.Next) == 0)
                return;
            index = descriptor.NextIndex;
        }
    }

    private void Add(VirtqDescriptor descriptor, GuestMemory memory)
    {
        var isWritable = (descriptor.Flags & VirtqDescriptor.Write) != 0;
        if (!isWritable && writableCount > 0)
            throw new VhostException("a descriptor to read behind one to write");
        var (address, length) = (descriptor.Address, (ulong)descriptor.Length);
        if (length > ulong.MaxValue - address)
            throw new VhostException("a descriptor that runs over the end of all addresses");
        while (length > 0)
        {
            var place = memory.Find(address, length, out var run);
            ref var count = ref isWritable ? ref writableCount : ref readableCount;
            if (place is null || run > int.MaxValue || count == StretchesMax)
                throw new VhostException("a descriptor of memory that was not granted, or of too many stretches");
            (isWritable ? writable : readable)[count++] = new BlockSegment((nint)place, (int)run);
            address += run;
            length -= run;
        }
    }
}
