using System.Collections.Immutable;

namespace Lab.Emulators.Dpu.State;

/// <summary>What SPDK does with a second path of a controller's name.</summary>
public enum MultipathMode
{
    /// <summary>There is one path.</summary>
    Disable,

    /// <summary>One connection at a time; the other paths stand in when it is lost.</summary>
    Failover,

    /// <summary>All paths are connected; ANA says which is used.</summary>
    Multipath,
}

/// <summary>
/// An attached NVMe-oF controller, as bdev_nvme_attach_controller named it: a subsystem reached over one or more paths. Secrets are not
/// here: keys are named, and the keyring knows their files.
/// </summary>
public sealed record NvmeController
{
    public required string Name { get; init; }
    public required string Subnqn { get; init; }
    public required string Hostnqn { get; init; }

    /// <summary>Host Identifier: the target tells hosts apart by it, over all their connections and lives.</summary>
    public required Guid Hostid { get; init; }

    public required ImmutableList<NvmePath> Paths { get; init; }
    public MultipathMode Multipath { get; init; } = MultipathMode.Multipath;
    public bool Hdgst { get; init; }
    public bool Ddgst { get; init; }
    public uint? NumIoQueues { get; init; }

    /// <summary>Seconds without a connection after which the controller is given up; -1 never, 0 at once.</summary>
    public int CtrlrLossTimeoutSec { get; init; } = -1;

    /// <summary>Seconds between two attempts to connect again.</summary>
    public uint ReconnectDelaySec { get; init; } = 1;

    /// <summary>Seconds without a connection after which waiting I/O fails, while the controller goes on trying; 0 never.</summary>
    public uint FastIoFailTimeoutSec { get; init; }

    /// <summary>Keep Alive Timeout, milliseconds.</summary>
    public uint KeepAliveTimeoutMs { get; init; } = 10_000;

    public string? DhchapKey { get; init; }
    public string? DhchapCtrlrKey { get; init; }

    /// <summary>The discovery service that attached it.</summary>
    public string? Discovery { get; init; }
}

/// <summary>Where a subsystem can be reached.</summary>
public sealed record NvmePath
{
    /// <summary>IPv4 or IPv6.</summary>
    public required string Adrfam { get; init; }

    /// <summary>IP address.</summary>
    public required string Traddr { get; init; }

    /// <summary>TCP port.</summary>
    public required string Trsvcid { get; init; }
}

/// <summary>A discovery service that is followed: what its log page lists is attached (bdev_nvme_start_discovery).</summary>
public sealed record NvmeDiscovery
{
    public required string Name { get; init; }
    public required NvmePath Path { get; init; }
    public required string Hostnqn { get; init; }
    public required Guid Hostid { get; init; }
    public int CtrlrLossTimeoutSec { get; init; } = -1;
    public uint ReconnectDelaySec { get; init; } = 1;
    public uint FastIoFailTimeoutSec { get; init; }
}

/// <summary>A key of the keyring: the secret itself is in the file alone.</summary>
public sealed record KeyringKey
{
    public required string Name { get; init; }
    public required string Path { get; init; }
}
