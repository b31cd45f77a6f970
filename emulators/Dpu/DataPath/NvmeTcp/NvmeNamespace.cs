namespace Lab.Emulators.Dpu.DataPath.NvmeTcp;

/// <summary>A namespace of a subsystem as a block device, over whatever paths the subsystem has.</summary>
internal sealed class NvmeNamespace(NvmeSubsystem subsystem, uint nsid, uint blockSize, ulong sizeBytes, TimeProvider time) : IBlockDevice
{
    private readonly List<NvmeChannel> channels = [];
    private ulong size = sizeBytes;

    public event Action? Resized;

    public uint Nsid => nsid;

    public uint BlockSize => blockSize;

    public ulong SizeBytes => Volatile.Read(ref size);

    public bool IsReadOnly => false;

    public WriteGuard Guard { get; } = new(time);

    public void Resize(ulong bytes)
    {
        if (Interlocked.Exchange(ref size, bytes) != bytes)
            Resized?.Invoke();
    }

    /// <summary>On the reactor's thread.</summary>
    public IIoChannel OpenChannel(Reactor reactor)
    {
        var channel = new NvmeChannel(this, reactor);
        lock (channels)
            channels.Add(channel);
        foreach (var path in subsystem.PathsOn(reactor))
            channel.AddPath(path);
        return channel;
    }

    /// <summary>The subsystem has one more path: open channels take it too.</summary>
    public void AddPath(NvmePathController controller)
    {
        foreach (var channel in Channels())
            channel.Reactor.Post(() => channel.AddPath(controller.PathOn(channel.Reactor)));
    }

    /// <summary>The path goes; what was under way over it goes over the others.</summary>
    public async Task RemovePathAsync(NvmePathController controller)
    {
        foreach (var channel in Channels())
            await channel.Reactor.RunAsync(() => channel.RemovePath(controller.PathOn(channel.Reactor)));
    }

    public void Forget(NvmeChannel channel)
    {
        lock (channels)
            channels.Remove(channel);
    }

    /// <summary>The namespace stays as long as the subsystem's controller is attached: whoever looked at it just goes.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private NvmeChannel[] Channels()
    {
        lock (channels)
            return [.. channels];
    }
}
