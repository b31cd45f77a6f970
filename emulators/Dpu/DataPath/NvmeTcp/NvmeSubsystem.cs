using System.Collections.Immutable;
using Lab.Emulators.Dpu.Backend;
using Lab.Emulators.Dpu.DataPath.NvmeTcp.Admin;
using Lab.Emulators.Dpu.Keyring;
using Lab.Emulators.Dpu.State;
using Lab.Protocols.NvmeTcp;
using Microsoft.Extensions.Logging;

namespace Lab.Emulators.Dpu.DataPath.NvmeTcp;

/// <summary>An attached subsystem (SPDK's nvme_bdev_ctrlr): its paths, and the namespaces that they lead to.</summary>
internal sealed class NvmeSubsystem : IAsyncDisposable
{
    private readonly Action<string, IReadOnlyList<NvmeNamespaceInfo>> changed;
    private readonly int reactors;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly Lock gate = new();
    private readonly Dictionary<uint, NvmeNamespace> namespaces = [];
    private volatile NvmeAttachment attachment;
    private ImmutableList<NvmePathController> controllers = [];
    private ImmutableDictionary<uint, NvmeNamespaceInfo> known = ImmutableDictionary<uint, NvmeNamespaceInfo>.Empty;

    /// <param name="changed">Told when the namespaces are others than they were.</param>
    /// <param name="reactors">Reactors that may open channels.</param>
    public NvmeSubsystem(
        NvmeAttachment attachment,
        Action<string, IReadOnlyList<NvmeNamespaceInfo>> changed,
        int reactors,
        TimeProvider time,
        ILogger logger)
    {
        this.attachment = attachment;
        this.changed = changed;
        this.reactors = reactors;
        this.time = time;
        this.logger = logger;
    }

    public string Name => Options.Name;

    public NvmeAttachment Attachment => attachment;

    public NvmeController Options => attachment.Controller;

    /// <summary>One for each reactor at least: a reactor's requests go over its own queue, or not at all.</summary>
    public int IoQueuesWanted => (int)Math.Clamp(Options.NumIoQueues ?? 0, (uint)reactors, ushort.MaxValue);

    /// <summary>A target that hears nothing ends the association after this time at the latest: two Keep Alive Timeouts, for its grace.</summary>
    public TimeSpan DoubtFor => TimeSpan.FromMilliseconds(2 * Options.KeepAliveTimeoutMs);

    public IReadOnlyList<NvmePathController> Controllers => controllers;

    public IReadOnlyList<NvmeNamespaceInfo> Namespaces => [.. known.Values.OrderBy(n => n.Nsid)];

    /// <summary>Keys are read each time, so that a file that was changed is heeded at the next connection.</summary>
    /// <exception cref="DpuException">A key's file is not there, or not fit.</exception>
    /// <exception cref="FormatException">A key is no DH-HMAC-CHAP secret.</exception>
    public HostIdentity ReadIdentity() => new(
        Options.Subnqn,
        Options.Hostnqn,
        Options.Hostid,
        Options.Hdgst,
        Options.Ddgst,
        Options.KeepAliveTimeoutMs,
        ReadSecret(attachment.HostKeyFile),
        ReadSecret(attachment.ControllerKeyFile));

    /// <summary>Namespaces that an earlier life knew.</summary>
    public void Restore(IReadOnlyList<NvmeNamespaceInfo> infos)
    {
        lock (gate)
            Take(infos);
    }

    /// <summary>Starts a path; the next ones of a subsystem with the same attachment.</summary>
    public NvmePathController Start(ImmutableArray<NvmePath> addresses, NvmeAttachment next)
    {
        attachment = next;
        var controller = new NvmePathController(this, addresses, time, logger);
        NvmeNamespace[] open;
        lock (gate)
        {
            controllers = controllers.Add(controller);
            open = [.. namespaces.Values];
        }
        foreach (var device in open)
            device.AddPath(controller);
        controller.Start();
        return controller;
    }

    public async Task StopAsync(NvmePathController controller)
    {
        NvmeNamespace[] open;
        lock (gate)
        {
            controllers = controllers.Remove(controller);
            open = [.. namespaces.Values];
        }
        // Closed first: what is under way is then the channels', which send it over the other paths.
        await controller.DisposeAsync();
        foreach (var device in open)
            await device.RemovePathAsync(controller);
    }

    public NvmeNamespace? Find(uint nsid)
    {
        lock (gate)
            return namespaces.GetValueOrDefault(nsid);
    }

    /// <summary>All paths as the reactor sees them.</summary>
    public IEnumerable<IoPath> PathsOn(Reactor reactor)
    {
        ImmutableList<NvmePathController> all;
        lock (gate)
            all = controllers;
        return all.Select(c => c.PathOn(reactor));
    }

    /// <summary>What a path found; every path of a subsystem finds the same.</summary>
    public void OnNamespaces(IReadOnlyList<NvmeNamespaceInfo> infos)
    {
        lock (gate)
        {
            if (infos.Count == known.Count && infos.All(n => known.GetValueOrDefault(n.Nsid) == n))
                return;
            Take(infos);
        }
        changed(Name, infos);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var controller in controllers)
            await StopAsync(controller);
    }

    private void Take(IReadOnlyList<NvmeNamespaceInfo> infos)
    {
        known = infos.ToImmutableDictionary(n => n.Nsid);
        foreach (var info in infos)
        {
            if (namespaces.TryGetValue(info.Nsid, out var device) && device.BlockSize == info.BlockSize)
                device.Resize(info.NumBlocks * info.BlockSize);
            else
                namespaces[info.Nsid] = new NvmeNamespace(this, info.Nsid, info.BlockSize, info.NumBlocks * info.BlockSize, time);
        }
    }

    private static DhchapSecret? ReadSecret(string? file) => file is null ? null : DhchapSecret.Parse(KeyFile.Read(file));
}
