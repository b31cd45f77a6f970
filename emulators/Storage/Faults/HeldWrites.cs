namespace Lab.Emulators.Storage.Faults;

/// <summary>Sectors of a volume that were written to memory alone.</summary>
internal sealed class HeldWrites
{
    public const int SectorBytes = 512;

    /// <summary>What is written when so much is held goes to the volume.</summary>
    public const long BytesMax = 64 << 20;

    private readonly Lock gate = new();

    /// <summary>Whoever writes what is held to the volume has it alone.</summary>
    public SemaphoreSlim Destaging { get; } = new(1, 1);

    private readonly SortedDictionary<long, byte[]> sectors = [];

    /// <summary>False when it is not of whole sectors, or too much is held already.</summary>
    public bool TryHold(long offset, ReadOnlySpan<byte> data)
    {
        if (offset % SectorBytes != 0 || data.Length % SectorBytes != 0)
            return false;
        lock (gate)
        {
            if ((sectors.Count * (long)SectorBytes) + data.Length > BytesMax)
                return false;
            for (var at = 0; at < data.Length; at += SectorBytes)
                sectors[(offset + at) / SectorBytes] = data.Slice(at, SectorBytes).ToArray();
            return true;
        }
    }

    /// <summary>Puts what is held over what was read from the volume.</summary>
    public void Overlay(long offset, Span<byte> data)
    {
        lock (gate)
        {
            for (var sector = offset / SectorBytes; sector * SectorBytes < offset + data.Length; sector++)
            {
                if (!sectors.TryGetValue(sector, out var bytes))
                    continue;
                var from = Math.Max(offset, sector * SectorBytes);
                var to = Math.Min(offset + data.Length, (sector + 1) * SectorBytes);
                bytes.AsSpan((int)(from - (sector * SectorBytes)), (int)(to - from)).CopyTo(data[(int)(from - offset)..]);
            }
        }
    }

    /// <summary>Everything, in order of place; nothing is held afterwards.</summary>
    public IReadOnlyList<(long Offset, byte[] Data)> TakeAll()
    {
        lock (gate)
        {
            (long, byte[])[] all = [.. sectors.Select(sector => (sector.Key * SectorBytes, sector.Value))];
            sectors.Clear();
            return all;
        }
    }
}
