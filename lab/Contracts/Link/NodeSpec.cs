namespace Lab.Contracts.Link;

public enum PowerState { Off, On }

/// <summary>
/// What a node should have. The manager pushes the whole of it at every change; the agent does the difference to what the DPU
/// reports, so that replaying a spec is harmless. An idle node's spec has no volumes, no ports and power off.
/// </summary>
public sealed record NodeSpec
{
    /// <summary>Grows with every change. An agent refuses a smaller one (<see cref="LinkErrors.StaleGeneration"/>).</summary>
    public required long Generation { get; init; }
    public required PowerState Power { get; init; }

    /// <summary>Disks in the order of their PCI slots; the system disk is first and has boot index 0.</summary>
    public IReadOnlyList<VolumeSpec> Volumes { get; init; } = [];
    public IReadOnlyList<PortSpec> Ports { get; init; } = [];

    /// <summary>Null while no instance is bound: no config drive is presented.</summary>
    public InstanceMetadata? Instance { get; init; }

    /// <summary>W3C trace context of the operation that made this generation.</summary>
    public string? TraceParent { get; init; }
}

/// <param name="Url">Where the DPU connects: an <see cref="NvmeTcpUrl"/>, or <c>nbd://10.0.0.2:10809/export</c>.</param>
/// <param name="BootIndex">0 for the system disk, −1 for a data disk.</param>
/// <param name="Host">As whom the DPU connects over NVMe/TCP; null over NBD.</param>
public sealed record VolumeSpec(
    Guid Id, string Url, int BootIndex, long SizeBytes, bool ReadOnly = false, VolumeQos? Qos = null, NvmeHost? Host = null);

/// <summary>Who connects to a subsystem (NVMe base 2.0 §1.5.35, §8.13). Its text holds no secret, wherever it is printed.</summary>
/// <param name="DhchapSecret">Secret representation, <c>DHHC-1:…</c>; null without authentication.</param>
public sealed record NvmeHost(string Nqn, string? DhchapSecret = null)
{
    public override string ToString() => Nqn;
}

/// <summary>Limits as SPDK's bdev_set_qos_limit takes them; 0 is unlimited.</summary>
/// <param name="IopsMax">I/O per second, a multiple of 1000.</param>
/// <param name="MegabytesPerSecondMax">MiB per second.</param>
public sealed record VolumeQos(long IopsMax, long MegabytesPerSecondMax);

/// <summary>A NIC of the host and its Open vSwitch port on the DPU.</summary>
public sealed record PortSpec
{
    public required Guid Id { get; init; }
    public required Guid NetworkId { get; init; }

    /// <summary>Lower case, colons.</summary>
    public required string MacAddress { get; init; }
    public required int Mtu { get; init; }

    /// <summary>VXLAN network identifier of the network (RFC 7348 §5): 1 to 2^24 − 1.</summary>
    public required int Vni { get; init; }
    public IReadOnlyList<FixedAddress> Addresses { get; init; } = [];

    /// <summary>The other ports of the same network, wherever they are: what the DPU may send to, and nothing else.</summary>
    public IReadOnlyList<PortPeer> Peers { get; init; } = [];
}

/// <param name="Cidr">The subnet: <c>192.168.1.0/24</c>.</param>
public sealed record FixedAddress(string IpAddress, string Cidr, string? Gateway = null, IReadOnlyList<string>? DnsServers = null);

/// <param name="TunnelAddress">VXLAN endpoint of the peer's DPU; the own one when both ports are on the same DPU.</param>
public sealed record PortPeer(string MacAddress, IReadOnlyList<string> IpAddresses, string TunnelAddress);

/// <summary>What the config drive (label <c>config-2</c>) says of the instance.</summary>
public sealed record InstanceMetadata
{
    public required Guid Id { get; init; }
    public required string Name { get; init; }
    public required Guid ProjectId { get; init; }

    /// <summary>Base64, as nova takes it.</summary>
    public string? UserData { get; init; }
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();
    public IReadOnlyDictionary<string, string> PublicKeys { get; init; } = new Dictionary<string, string>();
}
