using Lab.Emulators.Dpu.Backend;

namespace Lab.Emulators.Dpu.DataPath.Statistics;

/// <summary>Counts of one channel; written by its reactor alone, read by any thread, so nothing is locked.</summary>
internal sealed class ChannelStatistics
{
    private ulong bytesRead;
    private ulong reads;
    private ulong bytesWritten;
    private ulong writes;
    private ulong bytesUnmapped;
    private ulong unmaps;

    /// <summary>What was done; what failed moved nothing (SPDK's bdev_io_update_io_stat).</summary>
    public void Add(BlockOperation operation, ulong length)
    {
        switch (operation)
        {
            case BlockOperation.Read:
                bytesRead += length;
                reads++;
                break;
            case BlockOperation.Write:
                bytesWritten += length;
                writes++;
                break;
            case BlockOperation.Discard:
                bytesUnmapped += length;
                unmaps++;
                break;
        }
    }

    public BdevCounters Read(BdevCounters before) => new()
    {
        BytesRead = before.BytesRead + Volatile.Read(ref bytesRead),
        NumReadOps = before.NumReadOps + Volatile.Read(ref reads),
        BytesWritten = before.BytesWritten + Volatile.Read(ref bytesWritten),
        NumWriteOps = before.NumWriteOps + Volatile.Read(ref writes),
        BytesUnmapped = before.BytesUnmapped + Volatile.Read(ref bytesUnmapped),
        NumUnmapOps = before.NumUnmapOps + Volatile.Read(ref unmaps),
    };
}
