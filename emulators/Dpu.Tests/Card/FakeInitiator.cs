using System.Collections.Concurrent;
using Lab.Emulators.Dpu.Backend;
using Lab.Emulators.Dpu.State;

namespace Lab.Emulators.Dpu.Tests.Card;

/// <summary>Remembers what it was told. A subsystem whose name ends in "none" and port 4499 are not there.</summary>
internal sealed class FakeInitiator : INvmeInitiator
{
    public static readonly NvmeNamespaceInfo Namespace = new(1, Guid.Parse("ec66c16b-868f-4a94-a878-7ec3172f25cd"), 512, 131072);

    public event Action<string, IReadOnlyList<NvmeNamespaceInfo>>? NamespacesChanged;

    public ConcurrentDictionary<string, NvmeAttachment> Attached { get; } = new();

    public ConcurrentBag<(string Controller, NvmePath? Path)> Detached { get; } = [];

    public void Restore(NvmeAttachment attachment, IReadOnlyList<NvmeNamespaceInfo> namespaces) =>
        Attached[attachment.Controller.Name] = attachment;

    public Task<IReadOnlyList<NvmeNamespaceInfo>> AttachAsync(NvmeAttachment attachment, CancellationToken token)
    {
        if (attachment.Controller.Subnqn.EndsWith("none", StringComparison.Ordinal) || attachment.Controller.Paths[^1].Trsvcid == "4499")
            throw new DpuException(Errno.InputOutput);
        Attached[attachment.Controller.Name] = attachment;
        return Task.FromResult<IReadOnlyList<NvmeNamespaceInfo>>([Namespace]);
    }

    public Task DetachAsync(string controller, NvmePath? path)
    {
        Detached.Add((controller, path));
        if (path is null)
            Attached.TryRemove(controller, out _);
        return Task.CompletedTask;
    }

    public IReadOnlyList<NvmePathStatus> Describe(string controller) => Attached.TryGetValue(controller, out var attachment)
        ? [.. attachment.Controller.Paths.Select(p => new NvmePathStatus(p, "enabled", new NvmeControllerIdentity
        {
            Cntlid = 1,
            VendorId = 0x8086,
            ModelNumber = "SPDK bdev Controller",
            SerialNumber = "SPDK00000000000001",
            FirmwareRevision = "26.09",
            Version = "2.0",
            IsMultiController = true,
            HasAnaReporting = false,
        }))]
        : [];

    public Task<IReadOnlyList<NvmeDiscoveryEntry>> DiscoverAsync(NvmeDiscovery discovery, CancellationToken token) =>
        Task.FromResult<IReadOnlyList<NvmeDiscoveryEntry>>([new NvmeDiscoveryEntry("nqn.2016-06.io.spdk:cnode1", discovery.Path with { Trsvcid = "4420" })]);

    public Task WaitForDiscoveryChangeAsync(NvmeDiscovery discovery, CancellationToken token) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);

    public void Change(string controller, params NvmeNamespaceInfo[] namespaces) => NamespacesChanged?.Invoke(controller, namespaces);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
