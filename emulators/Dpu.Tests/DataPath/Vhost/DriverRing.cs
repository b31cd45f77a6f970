using Lab.Emulators.Dpu.DataPath.Vhost;
using Lab.Protocols.VhostUser;

namespace Lab.Emulators.Dpu.Tests.DataPath.Vhost;

/// <summary>The driver's side of one split ring (virtio 1.2 §2.7), at the beginning of a guest's memory.</summary>
internal sealed unsafe class DriverRing(byte* memory)
{
    public const ushort Size = 16;
    public const ulong Descriptors = 0;
    public const ulong Available = 0x1000;
    public const ulong Used = 0x2000;

    private readonly byte* memory = memory;

    private byte* Memory => memory;

    public ushort UsedIndex => Volatile.Read(ref *(ushort*)(Memory + Used + 2));

    /// <summary>Of the used ring's entry of that number, counted on without end.</summary>
    public unsafe ushort UsedHead(ushort number) => *(ushort*)(Memory + Used + 4 + (ulong)(number % Size * 8));

    public unsafe void Describe(int index, ulong address, uint length, ushort flags, ushort next = 0) =>
        *(VirtqDescriptor*)(Memory + Descriptors + (ulong)(index * VirtqDescriptor.Bytes)) =
            new VirtqDescriptor { Address = address, Length = length, Flags = flags, NextIndex = next };

    public unsafe void Offer(ushort head)
    {
        var index = (ushort*)(Memory + Available + 2);
        *(ushort*)(Memory + Available + 4 + (ulong)(*index % Size * 2)) = head;
        Volatile.Write(ref *index, (ushort)(*index + 1));
    }

    /// <summary>A request in three descriptors from <paramref name="head"/> on; its status byte is there afterwards.</summary>
    public unsafe byte* Request(ushort head, VirtioBlkType type, ulong sector, ulong dataAt, uint length)
    {
        var at = 0x3000ul + ((ulong)head * 32);
        new Span<byte>(Memory + at, 32).Clear();
        *(uint*)(Memory + at) = (uint)type;
        *(ulong*)(Memory + at + 8) = sector;
        Memory[at + 16] = 0xff;
        Describe(head, at, 16, VirtqDescriptor.Next, (ushort)(head + 1));
        Describe(head + 1, dataAt, length, (ushort)(VirtqDescriptor.Next | (type is VirtioBlkType.In or VirtioBlkType.GetId ? VirtqDescriptor.Write : 0)), (ushort)(head + 2));
        Describe(head + 2, at + 16, 1, VirtqDescriptor.Write);
        Offer(head);
        return Memory + at + 16;
    }
}
