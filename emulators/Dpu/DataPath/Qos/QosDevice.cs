using Lab.Emulators.Dpu.State;

namespace Lab.Emulators.Dpu.DataPath.Qos;

/// <summary>A device behind token buckets: requests beyond the limits wait in their order, and none fails for it.</summary>
internal sealed class QosDevice(IBlockDevice inner, TimeProvider time) : IBlockDevice
{
    private readonly RateLimiter limiter = new(time);
    private readonly HashSet<QosChannel> channels = [];

    public uint BlockSize => inner.BlockSize;

    public ulong SizeBytes => inner.SizeBytes;

    public bool IsReadOnly => inner.IsReadOnly;

    public event Action? Resized
    {
        add => inner.Resized += value;
        remove => inner.Resized -= value;
    }

    /// <summary>Applies to requests that wait already.</summary>
    public void Change(RateLimits limits)
    {
        limiter.Change(limits);
        lock (channels)
            foreach (var channel in channels)
                channel.Wake();
    }

    public IIoChannel OpenChannel(Reactor reactor)
    {
        var channel = new QosChannel(inner.OpenChannel(reactor), limiter, reactor, time, Forget);
        lock (channels)
            channels.Add(channel);
        return channel;
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private void Forget(QosChannel channel)
    {
        lock (channels)
            channels.Remove(channel);
    }
}
