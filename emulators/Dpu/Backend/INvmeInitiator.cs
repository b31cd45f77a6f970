using Lab.Emulators.Dpu.State;

namespace Lab.Emulators.Dpu.Backend;

/// <summary>
/// Connects NVMe-oF controllers and holds on to them: a controller that is lost is connected again, and what its namespaces were asked to
/// do meanwhile waits.
/// </summary>
public interface INvmeInitiator : IAsyncDisposable
{
    /// <summary>A controller's namespaces are others, or have another size, than before: name of the controller.</summary>
    event Action<string, IReadOnlyList<NvmeNamespaceInfo>>? NamespacesChanged;

    /// <summary>Takes over what an earlier life had attached; connecting goes on in the background.</summary>
    /// <param name="namespaces">What was known of its namespaces: their I/O waits for the target.</param>
    void Restore(NvmeAttachment attachment, IReadOnlyList<NvmeNamespaceInfo> namespaces);

    /// <summary>Connects a controller, or one more path of a controller that is there: the last one of <paramref name="attachment"/>.</summary>
    /// <returns>Its namespaces.</returns>
    /// <exception cref="DpuException"><see cref="Errno.InputOutput"/>: it cannot be reached or refuses this host, in bounded time.</exception>
    Task<IReadOnlyList<NvmeNamespaceInfo>> AttachAsync(NvmeAttachment attachment, CancellationToken token);

    /// <param name="path">Null: the controller with all its paths.</param>
    Task DetachAsync(string controller, NvmePath? path);

    /// <returns>One entry for each path, as far as they were ever connected.</returns>
    IReadOnlyList<NvmePathStatus> Describe(string controller);

    /// <summary>Reads the discovery log page of a discovery controller.</summary>
    /// <exception cref="DpuException"><see cref="Errno.InputOutput"/>: it cannot be reached.</exception>
    Task<IReadOnlyList<NvmeDiscoveryEntry>> DiscoverAsync(NvmeDiscovery discovery, CancellationToken token);

    /// <summary>Completes when the service says that its log page changed, or is lost.</summary>
    Task WaitForDiscoveryChangeAsync(NvmeDiscovery discovery, CancellationToken token);
}

/// <param name="HostKeyFile">File with this host's DH-HMAC-CHAP secret; null: the host does not authenticate.</param>
/// <param name="ControllerKeyFile">File with the controller's secret; null: the controller need not authenticate.</param>
public sealed record NvmeAttachment(NvmeController Controller, string? HostKeyFile, string? ControllerKeyFile);

/// <param name="Uuid">From the namespace's descriptors; made from NGUID, EUI64 or the names when it has none.</param>
public sealed record NvmeNamespaceInfo(uint Nsid, Guid Uuid, uint BlockSize, ulong NumBlocks);

/// <param name="State">As SPDK names it: enabled, resetting, failed.</param>
/// <param name="Identity">Null until it was connected once.</param>
public sealed record NvmePathStatus(NvmePath Path, string State, NvmeControllerIdentity? Identity);

/// <summary>Of Identify Controller.</summary>
public sealed record NvmeControllerIdentity
{
    public required ushort Cntlid { get; init; }
    public required ushort VendorId { get; init; }
    public required string ModelNumber { get; init; }
    public required string SerialNumber { get; init; }
    public required string FirmwareRevision { get; init; }
    public required string Version { get; init; }
    public required bool IsMultiController { get; init; }
    public required bool HasAnaReporting { get; init; }
}

/// <summary>A subsystem of a discovery log page.</summary>
public sealed record NvmeDiscoveryEntry(string Subnqn, NvmePath Path);
