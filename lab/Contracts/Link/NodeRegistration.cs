namespace Lab.Contracts.Link;

/// <summary>What a DPU tells of itself when its agent connects. Nothing of it was registered before.</summary>
public sealed record NodeRegistration
{
    /// <summary>Board serial number of the DPU, the node's identity; equals the client certificate's common name.</summary>
    public required string Serial { get; init; }
    public required string AgentVersion { get; init; }

    /// <summary>Address from which the DPU connects to storage targets; exports are granted to it.</summary>
    public required string StorageAddress { get; init; }

    /// <summary>NVMe host qualified name of the DPU (NVMe base 2.0 §4.7).</summary>
    public required string HostNqn { get; init; }

    /// <summary>VXLAN tunnel endpoint of the DPU on the fabric.</summary>
    public required string TunnelAddress { get; init; }
    public required NodeInventory Inventory { get; init; }
}

/// <summary>What the host behind the DPU has, read from its BMC through the sideband.</summary>
public sealed record NodeInventory
{
    /// <summary>SMBIOS UUID of the host system.</summary>
    public required Guid SystemUuid { get; init; }
    public required int Vcpus { get; init; }
    public required int MemoryMiB { get; init; }

    /// <summary>PCI functions the DPU can still present to the host, of both kinds together.</summary>
    public required int FunctionsMax { get; init; }
    public string Manufacturer { get; init; } = "";
    public string Model { get; init; } = "";
}

/// <param name="NodeId">The node's id at the manager.</param>
/// <param name="HeartbeatSeconds">The longest time between two statuses.</param>
public sealed record RegistrationReply(Guid NodeId, int HeartbeatSeconds);
