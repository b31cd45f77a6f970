using Lab.Emulators.Storage.Store;

namespace Lab.Emulators.Storage.NvmeTcp;

/// <summary>What one host has of one subsystem over one port: born with the admin queue's Connect, gone with that connection.</summary>
internal sealed class NvmeController : IDisposable
{
    private readonly VolumeStore.VolumeUse? use;
    private readonly TimedVolume? volume;
    private readonly HashSet<NvmeConnection> queues = [];
    private readonly NvmeConnection admin;
    private readonly TaskCompletionSource removalSeen = new(TaskCreationOptions.RunContinuationsAsynchronously);
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
        volume = use is null ? null : new TimedVolume(use.Volume);
        this.time = time;
        this.admin = admin;
        // On a thread of nobody's: a host that takes no answers must not hold up whoever resizes its volume.
        Events = new NvmeEvents((command, what) => ThreadPool.UnsafeQueueUserWorkItem(
            static told => told.admin.RespondNow(told.command, (ulong)told.what), (admin, command, what), preferLocal: false));
        queues.Add(admin);
        heardAt = time.GetTimestamp();
        if (terms.KeepAlive <= TimeSpan.Zero)
            return;
        silenceMax = terms.KeepAlive * NvmeLimits.KeepAliveGrace;
        // A timer takes less than the 32 bits of milliseconds that a host may ask for.
        var period = terms.KeepAlive < NvmeLimits.KeepAliveLookMax ? terms.KeepAlive : NvmeLimits.KeepAliveLookMax;
        watch = time.CreateTimer(static me => ((NvmeController)me!).EndIfSilent(), this, period, period);
    }

    public ushort Id { get; }
    public ControllerTerms Terms { get; }
    public NvmeEvents Events { get; }
    public NvmePort Port => Terms.Port;
    public bool IsDiscovery => use is null;

    /// <summary>Null for discovery.</summary>
    public IBlockVolume? Volume => volume;

    /// <summary>False once the namespace was taken away from the host.</summary>
    public bool HasNamespace => Terms.Access is { HasNamespace: true };

    /// <summary>CC.</summary>
    public uint Configuration { get; private set; }

    /// <summary>CSTS: ready while enabled and until a reset is over; shutdown complete as soon as it is asked for.</summary>
    public uint Status => (IsEnabled || HasIoQueues ? 1u : 0) | ((Configuration & (3 << 14)) != 0 ? 2u << 2 : 0);

    public bool IsEnabled => (Configuration & 1) != 0;

    /// <summary>I/O queues that the host asked for, and may connect.</summary>
    public int IoQueues { get; set; } = NvmeLimits.IoQueuesMax;

    /// <summary>Any command keeps the controller alive (TBKAS).</summary>
    public void Hear() => Volatile.Write(ref heardAt, time.GetTimestamp());

    private bool HasIoQueues
    {
        get
        {
            lock (queues)
                return queues.Any(queue => queue != admin);
        }
    }

    /// <summary>Sets CC. Clearing EN resets the controller: its I/O queues end, and what it was told is forgotten (§3.7.2).</summary>
    public void Configure(uint configuration)
    {
        var isReset = IsEnabled && (configuration & 1) == 0;
        Configuration = configuration;
        if (!isReset)
            return;
        foreach (var request in Events.Reset())
            admin.Forget(request);
        IoQueues = NvmeLimits.IoQueuesMax;
        NvmeConnection[] ending;
        lock (queues)
            ending = [.. queues.Where(queue => queue != admin)];
        foreach (var queue in ending)
            queue.Abort();
    }

    /// <summary>Takes the namespace away and tells the host; done when the host has seen that it is gone, or is gone itself.</summary>
    /// <returns>False when the host will not hear of it.</returns>
    public bool TryRemoveNamespace(out Task seen)
    {
        Terms.Access?.RemoveNamespace();
        seen = removalSeen.Task;
        return Events.Raise(NvmeEvent.NamespaceChanged);
    }

    /// <summary>The host has read the list of namespaces.</summary>
    public void ListWasRead()
    {
        if (!HasNamespace)
            removalSeen.TrySetResult();
    }

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
        removalSeen.TrySetResult();
        use?.Hurry();
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
/// <param name="Access">What the host may do to the namespace; null for discovery.</param>
/// <param name="Allowed">The host's entry in the export; null for discovery.</param>
internal sealed record ControllerTerms(
    string SubsystemNqn, string? ExportId, string HostNqn, Guid HostId, AllowedHost? Allowed, HostAccess? Access, bool IsReadOnly, NvmePort Port, TimeSpan KeepAlive);
