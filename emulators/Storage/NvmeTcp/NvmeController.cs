using Lab.Emulators.Storage.Store;

namespace Lab.Emulators.Storage.NvmeTcp;

/// <summary>What one host has of one subsystem over one port: born with the admin queue's Connect, gone with that connection.</summary>
internal sealed class NvmeController : IDisposable
{
    private readonly VolumeStore.VolumeUse? use;
    private readonly HashSet<NvmeConnection> queues = [];
    private readonly ITimer? watch;
    private readonly TimeProvider time;
    private readonly TimeSpan silenceMax;
    private long heardAt;
    private bool isOver;

    /// <param name="use">The volume of the subsystem's only namespace; null for discovery. Disposed of with the controller.</param>
    public NvmeController(ushort id, ControllerTerms terms, VolumeStore.VolumeUse? use, NvmeConnection admin, TimeProvider time)
    {
        Id = id;
        Terms = terms;
        this.use = use;
        this.time = time;
        Events = new NvmeEvents((command, what) => admin.RespondNow(command, (ulong)what));
        queues.Add(admin);
        heardAt = time.GetTimestamp();
        if (terms.KeepAlive <= TimeSpan.Zero)
            return;
        silenceMax = terms.KeepAlive * NvmeLimits.KeepAliveGrace;
        watch = time.CreateTimer(static me => ((NvmeController)me!).EndIfSilent(), this, terms.KeepAlive, terms.KeepAlive);
    }

    public ushort Id { get; }
    public ControllerTerms Terms { get; }
    public NvmeEvents Events { get; }
    public NvmePort Port => Terms.Port;
    public bool IsDiscovery => use is null;

    /// <summary>Null for discovery.</summary>
    public IBlockVolume? Volume => use?.Volume;

    /// <summary>CC.</summary>
    public uint Configuration { get; set; }

    /// <summary>CSTS: ready while enabled, shutdown complete as soon as it is asked for.</summary>
    public uint Status => (Configuration & 1) | ((Configuration & (3 << 14)) != 0 ? 2u << 2 : 0);

    public bool IsEnabled => (Configuration & 1) != 0;

    /// <summary>I/O queues that the host asked for, and may connect.</summary>
    public int IoQueues { get; set; } = NvmeLimits.IoQueuesMax;

    /// <summary>Any command keeps the controller alive (TBKAS).</summary>
    public void Hear() => Volatile.Write(ref heardAt, time.GetTimestamp());

    /// <summary>False when the controller is over.</summary>
    public bool TryAdd(NvmeConnection queue)
    {
        lock (queues)
            return !isOver && queues.Add(queue);
    }

    public void Remove(NvmeConnection queue)
    {
        lock (queues)
            queues.Remove(queue);
    }

    public bool HasQueue(ushort id)
    {
        lock (queues)
            return queues.Any(queue => queue.QueueId == id);
    }

    /// <summary>Ends all its connections.</summary>
    public void Abort()
    {
        NvmeConnection[] all;
        lock (queues)
        {
            isOver = true;
            all = [.. queues];
        }
        foreach (var queue in all)
            queue.Abort();
    }

    public void Dispose()
    {
        watch?.Dispose();
        Abort();
        use?.Dispose();
    }

    private void EndIfSilent()
    {
        if (time.GetElapsedTime(Volatile.Read(ref heardAt)) > silenceMax)
            Abort();
    }
}

/// <summary>What Connect settled.</summary>
/// <param name="ExportId">Null for discovery.</param>
/// <param name="Secret">The host's; null when it need not authenticate itself.</param>
internal sealed record ControllerTerms(
    string SubsystemNqn, string? ExportId, string HostNqn, Guid HostId, string? Secret, bool IsReadOnly, NvmePort Port, TimeSpan KeepAlive);
