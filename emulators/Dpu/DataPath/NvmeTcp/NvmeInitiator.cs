using System.Collections.Concurrent;
using System.Net;
using Lab.Emulators.Dpu.Backend;
using Lab.Emulators.Dpu.DataPath.NvmeTcp.Admin;
using Lab.Emulators.Dpu.Nvme;
using Lab.Emulators.Dpu.State;
using Microsoft.Extensions.Logging;

namespace Lab.Emulators.Dpu.DataPath.NvmeTcp;

/// <summary>The attached subsystems by name.</summary>
/// <param name="reactors">Reactors that may open channels.</param>
internal sealed class NvmeInitiator(int reactors, TimeProvider time, ILogger logger) : INvmeInitiator
{
    private static readonly TimeSpan DiscoveryLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan DiscoveryKeepAlive = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, NvmeSubsystem> subsystems = new(StringComparer.Ordinal);

    public event Action<string, IReadOnlyList<NvmeNamespaceInfo>>? NamespacesChanged;

    public void Restore(NvmeAttachment attachment, IReadOnlyList<NvmeNamespaceInfo> namespaces)
    {
        var subsystem = Create(attachment);
        subsystem.Restore(namespaces);
        subsystems[attachment.Controller.Name] = subsystem;
        if (attachment.Controller.Multipath == MultipathMode.Multipath)
            foreach (var path in attachment.Controller.Paths)
                subsystem.Start([path], attachment);
        else
            subsystem.Start([.. attachment.Controller.Paths], attachment);
    }

    public async Task<IReadOnlyList<NvmeNamespaceInfo>> AttachAsync(NvmeAttachment attachment, CancellationToken token)
    {
        var isNew = !subsystems.TryGetValue(attachment.Controller.Name, out var subsystem);
        subsystem ??= Create(attachment);
        if (!isNew && attachment.Controller.Multipath == MultipathMode.Failover)
            return await StandInAsync(subsystem, attachment);
        var controller = subsystem.Start([attachment.Controller.Paths[^1]], attachment);
        try
        {
            await controller.FirstConnected.WaitAsync(token);
        }
        catch (IOException e)
        {
            await subsystem.StopAsync(controller);
            throw new DpuException(Errno.InputOutput, null, e);
        }
        if (isNew)
            subsystems[attachment.Controller.Name] = subsystem;
        return subsystem.Namespaces;
    }

    public async Task DetachAsync(string controller, NvmePath? path)
    {
        if (!subsystems.TryGetValue(controller, out var subsystem))
            return;
        if (path is null)
        {
            subsystems.TryRemove(controller, out _);
            await subsystem.DisposeAsync();
        }
        else if (subsystem.Controllers.FirstOrDefault(c => c.Addresses.Contains(path)) is { } found)
        {
            // What stands in comes first: a subsystem without a path fails its I/O.
            if (found.Addresses.Remove(path) is { Length: > 0 } others)
                subsystem.Start(others, subsystem.Attachment);
            await subsystem.StopAsync(found);
        }
    }

    public IReadOnlyList<NvmePathStatus> Describe(string controller) => subsystems.TryGetValue(controller, out var subsystem)
        ? [.. subsystem.Controllers.Select(c => new NvmePathStatus(c.Address, c.State, c.Identity))]
        : [];

    public NvmeSubsystem? Find(string controller) => subsystems.GetValueOrDefault(controller);

    public NvmeNamespace? Find(string controller, uint nsid) => Find(controller)?.Find(nsid);

    public async Task<IReadOnlyList<NvmeDiscoveryEntry>> DiscoverAsync(NvmeDiscovery discovery, CancellationToken token)
    {
        using var limit = new CancellationTokenSource(DiscoveryLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, token);
        try
        {
            await using var association = await ConnectAsync(discovery, TimeSpan.Zero, either.Token);
            return await association.ReadDiscoveryAsync(either.Token);
        }
        catch (Exception e) when (e is IOException || (e is OperationCanceledException && !token.IsCancellationRequested))
        {
            throw new DpuException(Errno.InputOutput, null, e);
        }
    }

    public async Task WaitForDiscoveryChangeAsync(NvmeDiscovery discovery, CancellationToken token)
    {
        try
        {
            await using var association = await ConnectAsync(discovery, DiscoveryKeepAlive, token);
            var changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            association.Changed += _ => changed.TrySetResult();
            association.Begin();
            await Task.WhenAny(association.Lost, changed.Task).WaitAsync(token);
        }
        catch (IOException e)
        {
            throw new DpuException(Errno.InputOutput, null, e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(subsystems.Values.Select(s => s.DisposeAsync().AsTask()));
        subsystems.Clear();
    }

    private NvmeSubsystem Create(NvmeAttachment attachment) =>
        new(attachment, (name, namespaces) => NamespacesChanged?.Invoke(name, namespaces), reactors, time, logger);

    /// <summary>One more address for the one connection of a subsystem in mode "failover".</summary>
    private static async Task<IReadOnlyList<NvmeNamespaceInfo>> StandInAsync(NvmeSubsystem subsystem, NvmeAttachment attachment)
    {
        var before = subsystem.Controllers;
        subsystem.Start([.. attachment.Controller.Paths], attachment);
        foreach (var controller in before)
            await subsystem.StopAsync(controller);
        return subsystem.Namespaces;
    }

    private Task<Association> ConnectAsync(NvmeDiscovery discovery, TimeSpan keepAlive, CancellationToken token)
    {
        var target = new IPEndPoint(
            IPAddress.Parse(discovery.Path.Traddr), int.Parse(discovery.Path.Trsvcid, System.Globalization.CultureInfo.InvariantCulture));
        var host = new HostIdentity(
            NvmeHost.DiscoveryNqn, discovery.Hostnqn, discovery.Hostid, false, false, (uint)keepAlive.TotalMilliseconds, null, null);
        return Association.ConnectAsync(target, host, 0, time, token);
    }
}
