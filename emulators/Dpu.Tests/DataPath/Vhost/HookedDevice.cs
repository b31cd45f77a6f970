using Lab.Emulators.Dpu.DataPath;

namespace Lab.Emulators.Dpu.Tests.DataPath.Vhost;

/// <summary>Gathers what it is given and does it when it is kicked, as a device behind a network does; the driver may act in between.</summary>
internal sealed class HookedDevice : IBlockDevice, IIoChannel
{
    private readonly List<BlockRequest> gathered = [];

    /// <summary>On the reactor's thread, after each request was taken.</summary>
    public Action? Submitted { get; set; }

    /// <summary>Done since the beginning.</summary>
    public int Done { get; private set; }

    public uint BlockSize => 512;

    public ulong SizeBytes => 1 << 20;

    public bool IsReadOnly => false;

    public event Action? Resized
    {
        add { }
        remove { }
    }

    public IIoChannel OpenChannel(Reactor reactor) => this;

    public void Submit(BlockRequest request)
    {
        gathered.Add(request);
        Submitted?.Invoke();
    }

    public void Kick()
    {
        foreach (var request in gathered)
        {
            Done++;
            request.Complete(BlockStatus.Ok);
        }
        gathered.Clear();
    }

    public void Dispose()
    {
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
