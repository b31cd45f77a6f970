using System.Runtime.InteropServices;

namespace Lab.Emulators.Dpu.DataPath.Vhost;

/// <summary>
/// What of one split ring is under way, in memory that the front end keeps ("Inflight I/O tracking"): after the firmware was killed, the
/// next one finds there which requests it must do again, and in which order.
/// </summary>
internal sealed unsafe class InflightRegion
{
    private const int HeaderBytes = 16;
    private const int EntryBytes = 16;
    private const int Alignment = 64;
    private const ushort LayoutVersion = 1;

    private readonly byte* memory;
    private ulong counter;

    /// <param name="memory">At least <see cref="BytesFor"/> bytes.</param>
    public InflightRegion(byte* memory, ushort size)
    {
        this.memory = memory;
        Size = size;
    }

    /// <summary>Entries that there is room for.</summary>
    public ushort Size { get; }

    private ref ushort Version => ref *(ushort*)(memory + 8);

    private ref ushort Entries => ref *(ushort*)(memory + 10);

    private ref ushort LastBatchHead => ref *(ushort*)(memory + 12);

    private ref ushort UsedIndex => ref *(ushort*)(memory + 14);

    public static ulong BytesFor(ushort size) => (ulong)((HeaderBytes + (size * EntryBytes) + Alignment - 1) / Alignment * Alignment);

    /// <summary>Brings it up to the used ring, and tells what is to be done again, in the order in which it was begun.</summary>
    /// <exception cref="VhostException">It is of another ring.</exception>
    public IReadOnlyList<ushort> Recover(ushort usedIndex)
    {
        if (Version == 0)
        {
            new Span<byte>(memory, HeaderBytes + (Size * EntryBytes)).Clear();
            (Version, Entries, UsedIndex) = (LayoutVersion, Size, usedIndex);
            return [];
        }
        if (Version != LayoutVersion || Entries != Size)
            throw new VhostException("the memory of requests under way is of another ring");
        // A kill between the used ring's index and this one: that request is done.
        if (UsedIndex != usedIndex)
        {
            // Read once: the front end could change it after the check.
            var last = Volatile.Read(ref LastBatchHead);
            if (last < Size)
                IsInflight(last) = 0;
            UsedIndex = usedIndex;
        }
        var again = new List<(ulong Counter, ushort Head)>();
        for (ushort head = 0; head < Size; head++)
            if (IsInflight(head) != 0)
                again.Add((CounterOf(head), head));
        counter = again.Count == 0 ? 0 : again.Max(one => one.Counter) + 1;
        return [.. again.OrderBy(one => one.Counter).Select(one => one.Head)];
    }

    public void Begin(ushort head)
    {
        CounterOf(head) = counter++;
        Volatile.Write(ref IsInflight(head), 1);
    }

    /// <summary>About to be told to the driver.</summary>
    public void Ending(ushort head) => Volatile.Write(ref LastBatchHead, head);

    /// <summary>Told: the used ring's index is written.</summary>
    public void Ended(ushort head, ushort usedIndex)
    {
        Volatile.Write(ref IsInflight(head), 0);
        Volatile.Write(ref UsedIndex, usedIndex);
    }

    private ref byte IsInflight(ushort head) => ref memory[HeaderBytes + (head * EntryBytes)];

    private ref ulong CounterOf(ushort head) => ref *(ulong*)(memory + HeaderBytes + (head * EntryBytes) + 8);
}
