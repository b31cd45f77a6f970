using Lab.Emulators.Dpu.Backend;
using Lab.Emulators.Statistics;

namespace Lab.Emulators.Dpu.DataPath.Statistics;

/// <summary>
/// A device whose requests are counted and, when asked for, timed (bdev_get_iostat, bdev_get_histogram); a few are always timed stage by stage.
/// </summary>
internal sealed class MeasuredDevice(IBlockDevice inner, TimeProvider time) : IBlockDevice, IStagedDevice
{
    private readonly List<ChannelStatistics> statistics = [];
    private BdevCounters closedChannels = new()
    {
        BytesRead = 0, NumReadOps = 0, BytesWritten = 0, NumWriteOps = 0, BytesUnmapped = 0, NumUnmapOps = 0,
    };

    public uint BlockSize => inner.BlockSize;

    public ulong SizeBytes => inner.SizeBytes;

    public bool IsReadOnly => inner.IsReadOnly;

    public event Action? Resized
    {
        add => inner.Resized += value;
        remove => inner.Resized -= value;
    }

    /// <summary>Null while latencies are not recorded (bdev_enable_histogram).</summary>
    public LatencyHistogram? Histogram { get; private set; }

    public RequestStages Stages { get; } = new(time);

    public void Record(bool isEnabled) => Histogram = isEnabled ? new LatencyHistogram(time.TimestampFrequency) : null;

    public IIoChannel OpenChannel(Reactor reactor)
    {
        var counts = new ChannelStatistics();
        lock (statistics)
            statistics.Add(counts);
        return new MeasuredChannel(this, inner.OpenChannel(reactor), counts, time);
    }

    public BdevCounters Count()
    {
        lock (statistics)
            return statistics.Aggregate(closedChannels, (sum, channel) => channel.Read(sum));
    }

    public void Close(ChannelStatistics channel)
    {
        lock (statistics)
            if (statistics.Remove(channel))
                closedChannels = channel.Read(closedChannels);
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
