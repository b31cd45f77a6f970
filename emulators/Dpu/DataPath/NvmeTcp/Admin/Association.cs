using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Net;
using Lab.Emulators.Dpu.Backend;
using Lab.Protocols.NvmeTcp;

namespace Lab.Emulators.Dpu.DataPath.NvmeTcp.Admin;

/// <summary>
/// Host and controller while they are connected: the controller is enabled and identified in SPDK's order, its events are heard, and it
/// is kept alive.
/// </summary>
internal sealed class Association : IAsyncDisposable
{
    private const uint PropertyCapabilities = 0x00;
    private const uint PropertyVersion = 0x08;
    private const uint PropertyConfiguration = 0x14;
    private const uint PropertyStatus = 0x1c;

    /// <summary>CC: enabled, I/O submission queue entries of 2^6 and completion queue entries of 2^4 bytes.</summary>
    private const uint Enabled = (6 << 16) | (4 << 20) | 1;

    private const uint ShutdownNormal = 1 << 14;
    private const byte FeatureQueues = 0x07;
    private const byte FeatureEvents = 0x0b;
    private const uint EventNamespace = 1 << 8;
    private const uint EventAna = 1 << 11;
    private const uint EventDiscovery = 1u << 31;
    private const byte StructureNamespace = 0;
    private const byte StructureController = 1;
    private const byte StructureNamespaces = 2;
    private const byte StructureDescriptors = 3;
    private const int NamespacesMax = 256;
    private static readonly TimeSpan ReadyPoll = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan GoodbyeLimit = TimeSpan.FromMilliseconds(500);

    private readonly AdminQueue admin;
    private readonly HostIdentity host;
    private readonly TimeProvider time;
    private readonly CancellationTokenSource stop = new();
    private readonly List<Task> background = [];

    private Association(AdminQueue admin, HostIdentity host, TimeProvider time)
    {
        this.admin = admin;
        this.host = host;
        this.time = time;
    }

    /// <summary>Raised when the controller says that its namespaces, their ANA states or its discovery log page changed.</summary>
    public event Action<byte>? Changed;

    public ushort ControllerId => admin.ControllerId;

    public ControllerData Controller { get; private set; } = null!;

    /// <summary>I/O queues that the controller grants.</summary>
    public int IoQueues { get; private set; }

    public Task<IOException> Lost => admin.Lost;

    /// <exception cref="IOException">The controller cannot be reached, refuses this host, or is none that this host can use.</exception>
    public static async Task<Association> ConnectAsync(IPEndPoint target, HostIdentity host, int ioQueues, TimeProvider time, CancellationToken token)
    {
        var admin = await AdminQueue.ConnectAsync(target, host, token);
        var association = new Association(admin, host, time);
        try
        {
            await association.EnableAsync(ioQueues, token);
            return association;
        }
        catch
        {
            await association.DisposeAsync();
            throw;
        }
    }

    /// <summary>Hears events and keeps the controller alive from now on; subscribers are in place.</summary>
    public void Begin()
    {
        background.Add(RunAsync(HearAsync));
        if (host.KeepAliveMs > 0)
            background.Add(RunAsync(KeepAliveAsync));
    }

    /// <summary>The active namespaces, and how well each can be used over this controller.</summary>
    public async Task<(IReadOnlyList<NvmeNamespaceInfo> Namespaces, ImmutableDictionary<uint, PathUsability> Usability)> ReadNamespacesAsync(
        CancellationToken token)
    {
        var ids = new byte[IdentifyController.Size];
        await admin.ExecuteAsync("identify namespaces", AdminCommand.Identify(StructureNamespaces, 0), ids, token);
        var namespaces = new List<NvmeNamespaceInfo>();
        for (var at = 0; at < ids.Length && namespaces.Count < NamespacesMax; at += sizeof(uint))
        {
            var nsid = BinaryPrimitives.ReadUInt32LittleEndian(ids.AsSpan(at));
            if (nsid == 0)
                break;
            if (await ReadNamespaceAsync(nsid, token) is { } info)
                namespaces.Add(info);
        }
        return (namespaces, await ReadUsabilityAsync(namespaces, token));
    }

    /// <summary>A controller that reports no ANA can be used for all that it has.</summary>
    public async Task<ImmutableDictionary<uint, PathUsability>> ReadUsabilityAsync(
        IReadOnlyList<NvmeNamespaceInfo> namespaces, CancellationToken token)
    {
        if (!Controller.Identity.HasAnaReporting)
            return namespaces.ToImmutableDictionary(n => n.Nsid, _ => PathUsability.Optimized);
        var page = new byte[LogPages.AnaBytes(Controller.AnaGroups, Controller.Namespaces)];
        await admin.ExecuteAsync("get ANA log page", AdminCommand.GetLogPage(LogPages.Ana, page.Length), page, token);
        var ana = LogPages.ReadAna(page);
        return namespaces.ToImmutableDictionary(n => n.Nsid, n => ana.GetValueOrDefault(n.Nsid, PathUsability.NotNow));
    }

    public async Task<IReadOnlyList<NvmeDiscoveryEntry>> ReadDiscoveryAsync(CancellationToken token)
    {
        const int attemptsMax = 5;
        const ulong recordsMax = 1024;
        for (var attempt = 0; attempt < attemptsMax; attempt++)
        {
            var (generation, records) = LogPages.ReadDiscoveryHeader(await ReadDiscoveryPartAsync(0, LogPages.DiscoveryHeaderBytes, token));
            if (records > recordsMax)
                throw new IOException("the discovery log page lists too much");
            var entries = new List<NvmeDiscoveryEntry>();
            for (ulong i = 0; i < records; i++)
            {
                var at = LogPages.DiscoveryHeaderBytes + (i * LogPages.DiscoveryEntryBytes);
                if (LogPages.ReadDiscoveryEntry(await ReadDiscoveryPartAsync(at, LogPages.DiscoveryEntryBytes, token)) is { } entry)
                    entries.Add(entry);
            }
            // Read in parts, it is whole only if it did not change meanwhile.
            if (LogPages.ReadDiscoveryHeader(await ReadDiscoveryPartAsync(0, LogPages.DiscoveryHeaderBytes, token)).Generation == generation)
                return entries;
        }
        throw new IOException("the discovery log page does not come to rest");
    }

    public async ValueTask DisposeAsync()
    {
        if (!admin.Lost.IsCompleted && !stop.IsCancellationRequested)
            await SayGoodbyeAsync();
        await stop.CancelAsync();
        await admin.DisposeAsync();
        await Task.WhenAll(background);
        stop.Dispose();
    }

    private async Task EnableAsync(int ioQueues, CancellationToken token)
    {
        var capabilities = await GetPropertyAsync(PropertyCapabilities, isLong: true, token);
        var version = (uint)await GetPropertyAsync(PropertyVersion, isLong: false, token);
        await admin.ExecuteAsync("enable", AdminCommand.PropertySet(PropertyConfiguration, Enabled), token);
        while ((await GetPropertyAsync(PropertyStatus, isLong: false, token) & 1) == 0)
            await Task.Delay(ReadyPoll, time, token);
        var data = new byte[IdentifyController.Size];
        await admin.ExecuteAsync("identify controller", AdminCommand.Identify(StructureController, 0), data, token);
        Controller = ControllerData.Read(data, ControllerId, (ushort)Math.Min((capabilities & 0xffff) + 1, ushort.MaxValue), version, ioQueues == 0);
        var events = Controller.Events & (EventNamespace | EventAna | EventDiscovery);
        if (events != 0)
            await admin.ExecuteAsync("set features: events", AdminCommand.SetFeatures(FeatureEvents, events), token);
        if (ioQueues == 0)
            return;
        var wanted = (uint)ioQueues - 1;
        var granted = await admin.ExecuteAsync("set features: queues", AdminCommand.SetFeatures(FeatureQueues, wanted | (wanted << 16)), token);
        IoQueues = (int)Math.Min(granted & 0xffff, (granted >> 16) & 0xffff) + 1;
    }

    private async Task<NvmeNamespaceInfo?> ReadNamespaceAsync(uint nsid, CancellationToken token)
    {
        var data = new byte[IdentifyController.Size];
        var descriptors = new byte[IdentifyController.Size];
        await admin.ExecuteAsync("identify namespace", AdminCommand.Identify(StructureNamespace, nsid), data, token);
        try
        {
            await admin.ExecuteAsync("identify descriptors", AdminCommand.Identify(StructureDescriptors, nsid), descriptors, token);
        }
        catch (NvmeStatusException)
        {
            // Controllers before NVMe 1.3 have none.
        }
        return NamespaceData.TryRead(data, descriptors, host.Subnqn, nsid, out var info, out _) ? info : null;
    }

    private async Task<byte[]> ReadDiscoveryPartAsync(ulong offset, int length, CancellationToken token)
    {
        var part = new byte[length];
        await admin.ExecuteAsync("get discovery log page", AdminCommand.GetLogPage(LogPages.Discovery, length, offset), part, token);
        return part;
    }

    private Task<ulong> GetPropertyAsync(uint offset, bool isLong, CancellationToken token) =>
        admin.ExecuteAsync("get property", AdminCommand.PropertyGet(offset, isLong), token);

    /// <summary>One Asynchronous Event Request waits at the controller; each answer is acknowledged by reading the log page it names.</summary>
    private async Task HearAsync(CancellationToken token)
    {
        while (true)
        {
            ulong result;
            try
            {
                result = await admin.ExecuteAsync("asynchronous event", AdminCommand.AsynchronousEventRequest(), token);
            }
            catch (NvmeStatusException)
            {
                // A controller without events.
                return;
            }
            var page = (byte)(result >> 16);
            if (page == LogPages.ChangedNamespaces)
                await admin.ExecuteAsync(
                    "get changed namespaces",
                    AdminCommand.GetLogPage(page, LogPages.ChangedNamespacesBytes),
                    new byte[LogPages.ChangedNamespacesBytes],
                    token);
            Changed?.Invoke(page);
        }
    }

    private async Task KeepAliveAsync(CancellationToken token)
    {
        var limit = TimeSpan.FromMilliseconds(host.KeepAliveMs);
        while (true)
        {
            await Task.Delay(limit / 2, time, token);
            try
            {
                await admin.ExecuteAsync("keep alive", AdminCommand.KeepAlive(), token).WaitAsync(limit, time, token);
            }
            catch (TimeoutException)
            {
                throw new IOException("the controller does not answer Keep Alive");
            }
        }
    }

    private async Task RunAsync(Func<CancellationToken, Task> work)
    {
        try
        {
            await work(stop.Token);
        }
        catch (OperationCanceledException)
        {
            // Ends with the association.
        }
        catch (IOException e)
        {
            admin.Fail(e);
        }
    }

    /// <summary>Says that this host goes (CC.SHN), so that the controller need not wait for its Keep Alive Timeout.</summary>
    private async Task SayGoodbyeAsync()
    {
        try
        {
            using var limit = new CancellationTokenSource(GoodbyeLimit, time);
            await admin.ExecuteAsync("shut down", AdminCommand.PropertySet(PropertyConfiguration, Enabled | ShutdownNormal), limit.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // It will find out.
        }
    }
}
