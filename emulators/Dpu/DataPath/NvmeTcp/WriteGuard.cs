namespace Lab.Emulators.Dpu.DataPath.NvmeTcp;

/// <summary>
/// Which stretches of a namespace a write may be changing right now, over all its channels and paths. The rules that make replay safe:
/// <list type="number">
/// <item>Two writes that overlap are never under way at once; the later one waits until the earlier one has completed. So whatever is
/// replayed is newer than every completed write of its range, and the order in which writes are replayed does not matter.</item>
/// <item>A write under way when its connection is lost may still be executed by the target, even after its replay completed. So its
/// stretch stays taken, though its replay completed, until the target is known to be done with the old connection: when the target
/// closed it (targets close a connection when its commands have ended, and a dead one executes nothing), or when the target must have
/// ended the association since its Keep Alive Timeout has run out (NVMe base specification 2.0 §3.9). The replay itself need not
/// wait: it writes the same data.</item>
/// <item>A flush covers what completed before it was submitted, none of which is replayed; so it may be replayed in any order.</item>
/// </list>
/// Write, write zeroes and discard are writes here.
/// </summary>
internal sealed class WriteGuard(TimeProvider time)
{
    public const long NoTicket = -1;

    private const int EntriesFirst = 64;

    private readonly Lock gate = new();
    private readonly List<IGuardWaiter> waiters = [];
    private Entry[] entries = new Entry[EntriesFirst];
    private int used;
    private uint generation;
    private ITimer? timer;
    private long timerAt = long.MaxValue;

    /// <returns>
    /// A ticket for <see cref="Leave"/>, or <see cref="NoTicket"/>: it overlaps, and <paramref name="waiter"/> will be told when that may
    /// have changed.
    /// </returns>
    public long TryEnter(ulong offset, ulong length, IGuardWaiter waiter)
    {
        lock (gate)
        {
            var end = offset + length;
            var free = used;
            var isClear = true;
            for (var i = 0; i < used; i++)
            {
                ref var entry = ref entries[i];
                if (entry.IsFree || IsOver(ref entry))
                {
                    free = i;
                }
                else if (offset < entry.End && entry.Offset < end)
                {
                    isClear = false;
                    if (!entry.IsUnderWay)
                        WakeAt(entry.DoubtedUntil);
                }
            }
            if (isClear)
                return Take(free, offset, end);
            if (!waiters.Contains(waiter))
                waiters.Add(waiter);
            return NoTicket;
        }
    }

    /// <summary>The connection over which the write went is lost: for <paramref name="duration"/> the target may yet execute it.</summary>
    public void Doubt(long ticket, TimeSpan duration)
    {
        lock (gate)
        {
            ref var entry = ref entries[(int)(uint)ticket];
            entry.Doubts++;
            entry.DoubtedUntil = Math.Max(entry.DoubtedUntil, time.GetTimestamp() + (long)(duration.TotalSeconds * time.TimestampFrequency));
        }
    }

    /// <summary>One of the lost connections is known to have ended at the target.</summary>
    public void Absolve(long ticket)
    {
        lock (gate)
        {
            ref var entry = ref entries[(int)(uint)ticket];
            if (entry.Generation != (uint)(ticket >> 32) || entry.Doubts == 0 || --entry.Doubts > 0)
                return;
            entry.DoubtedUntil = 0;
            if (!entry.IsUnderWay)
                Free();
        }
    }

    /// <summary>The write completed.</summary>
    public void Leave(long ticket)
    {
        lock (gate)
        {
            entries[(int)(uint)ticket].IsUnderWay = false;
            if (entries[(int)(uint)ticket].Doubts == 0)
                Free();
        }
    }

    private long Take(int index, ulong offset, ulong end)
    {
        if (index == entries.Length)
            Array.Resize(ref entries, entries.Length * 2);
        if (index == used)
            used++;
        entries[index] = new Entry { Offset = offset, End = end, IsUnderWay = true, Generation = ++generation & int.MaxValue };
        return ((long)entries[index].Generation << 32) | (uint)index;
    }

    /// <summary>An entry became free.</summary>
    private void Free()
    {
        while (used > 0 && entries[used - 1].IsFree)
            used--;
        if (waiters.Count > 0)
            WakeAll();
    }

    /// <summary>Frees a completed write about which the doubt has run out.</summary>
    private bool IsOver(ref Entry entry)
    {
        if (entry.IsUnderWay || time.GetTimestamp() < entry.DoubtedUntil)
            return false;
        entry.Doubts = 0;
        return true;
    }

    private void WakeAt(long timestamp)
    {
        if (timestamp >= timerAt)
            return;
        timerAt = timestamp;
        timer ??= time.CreateTimer(_ => OnTimer(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        var wait = time.GetElapsedTime(time.GetTimestamp(), timestamp);
        // One more millisecond: a timer may be early by its rounding.
        timer.Change((wait > TimeSpan.Zero ? wait : TimeSpan.Zero) + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
    }

    private void OnTimer()
    {
        lock (gate)
        {
            timerAt = long.MaxValue;
            WakeAll();
        }
    }

    private void WakeAll()
    {
        foreach (var waiter in waiters)
            waiter.Wake();
        waiters.Clear();
    }

    private struct Entry
    {
        public ulong Offset;
        public ulong End;
        public uint Generation;

        /// <summary>Submitted and not completed.</summary>
        public bool IsUnderWay;

        /// <summary>Lost connections that may still execute it.</summary>
        public int Doubts;
        public long DoubtedUntil;

        public readonly bool IsFree => !IsUnderWay && Doubts == 0;
    }
}

/// <summary>Has a write that overlaps another one.</summary>
internal interface IGuardWaiter
{
    /// <summary>From any thread, under a lock: only notes that it is worth trying again.</summary>
    void Wake();
}
