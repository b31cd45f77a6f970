using System.Collections.Concurrent;
using Lab.Emulators.Storage.Faults;
using Lab.Emulators.Storage.Store;
using Lab.Protocols.NvmeTcp;

namespace Lab.Emulators.Storage.NvmeTcp;

/// <summary>The NVM subsystems, one for each export, with the controllers that hosts have on them.</summary>
internal sealed class NvmeSubsystems
{
    /// <summary>NQN of the discovery subsystem (NVMe base specification 2.0 §4.5).</summary>
    public const string DiscoveryNqn = "nqn.2014-08.org.nvmexpress.discovery";

    private const string Prefix = "nqn.2026-01.org.dpulab:";
    private const ushort FirstController = 1;
    private const ushort LastController = 0xffef;

    private readonly VolumeStore store;
    private readonly TimeProvider time;
    private readonly ConcurrentDictionary<ushort, NvmeController> controllers = new();
    private readonly ConcurrentDictionary<Guid, Reservations> reservations = new();
    private readonly ConcurrentDictionary<Guid, VolumeTimes> times = new();
    private readonly Lock numbering = new();
    private ushort lastNumber;
    private ulong generation = 1;
    private ulong anaChanges = 1;

    public NvmeSubsystems(VolumeStore store, FaultSet faults, TimeProvider time)
    {
        this.store = store;
        Faults = faults;
        this.time = time;
        store.Resized += volume =>
        {
            foreach (var controller in controllers.Values.Where(controller => controller.Volume?.Id == volume))
                controller.Events.Raise(NvmeEvent.NamespaceChanged);
        };
        store.Deleted += volume => reservations.TryRemove(volume, out _);
        store.Deleted += volume => times.TryRemove(volume, out _);
        store.ExportsChanged += () =>
        {
            Interlocked.Increment(ref generation);
            foreach (var controller in controllers.Values.Where(controller => controller.IsDiscovery))
                controller.Events.Raise(NvmeEvent.DiscoveryChanged);
        };
    }

    public VolumeStore Store => store;

    public FaultSet Faults { get; }

    public IReadOnlyList<NvmePort> Ports { get; set; } = [];

    public ulong Generation => Interlocked.Read(ref generation);

    public ulong AnaChanges => Interlocked.Read(ref anaChanges);

    public static string NqnOf(string export) => Prefix + export;

    /// <summary>The export that a subsystem shows; null for a name of another kind.</summary>
    public static string? ExportOf(string nqn) => nqn.StartsWith(Prefix, StringComparison.Ordinal) ? nqn[Prefix.Length..] : null;

    /// <summary>Of a volume: shared by all exports and paths of it.</summary>
    public Reservations ReservationsOf(Guid volume) => reservations.GetOrAdd(
        volume, id => new Reservations(store.ReservationOf(id), record => store.KeepReservation(id, record)));

    /// <summary>Of a volume's commands over all queues, since this process began.</summary>
    public VolumeTimes TimesOf(Guid volume) => times.GetOrAdd(volume, _ => new VolumeTimes(time));

    public NvmeController? Find(ushort id) => controllers.GetValueOrDefault(id);

    /// <returns>Null when there are as many as may be.</returns>
    public NvmeController? TryAdd(Func<ushort, NvmeController> make)
    {
        lock (numbering)
        {
            if (controllers.Count >= NvmeLimits.ControllersMax)
                return null;
            do
                lastNumber = lastNumber is < FirstController or >= LastController ? FirstController : (ushort)(lastNumber + 1);
            while (controllers.ContainsKey(lastNumber));
            var controller = make(lastNumber);
            controllers[lastNumber] = controller;
            return controller;
        }
    }

    public void Remove(NvmeController controller) => controllers.TryRemove(controller.Id, out _);

    /// <summary>
    /// Takes the namespace of an export that is no more away from its hosts, and gives them a moment to see it: a host whose connections just
    /// end keeps its block device and waits for them to come back.
    /// </summary>
    public async Task RemoveNamespaceAsync(string export)
    {
        var seen = new List<Task>();
        foreach (var controller in controllers.Values.Where(controller => controller.Terms.ExportId == export))
            if (controller.TryRemoveNamespace(out var one))
                seen.Add(one);
        try
        {
            await Task.WhenAll(seen).WaitAsync(NvmeLimits.RemovalTimeMax, time);
        }
        catch (TimeoutException)
        {
            // It was told, and has had its time.
        }
    }

    /// <exception cref="StoreException">There is no such port.</exception>
    public void SetState(ushort port, AnaState state)
    {
        var found = Ports.FirstOrDefault(one => one.Id == port) ?? throw new StoreException(StoreError.NotFound, $"there is no NVMe port {port}");
        found.State = state;
        Interlocked.Increment(ref anaChanges);
        foreach (var controller in controllers.Values.Where(controller => controller.Port == found && !controller.IsDiscovery))
            controller.Events.Raise(NvmeEvent.AnaChanged);
    }
}
