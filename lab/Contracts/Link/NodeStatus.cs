namespace Lab.Contracts.Link;

/// <summary>What a node has, as the agent reads it back from the DPU, Open vSwitch and the BMC.</summary>
public sealed record NodeStatus
{
    /// <summary>Generation of the spec the agent works on; 0 before the first.</summary>
    public required long Generation { get; init; }

    /// <summary>True once all of that spec holds.</summary>
    public required bool Converged { get; init; }
    public required PowerState Power { get; init; }

    /// <summary>Everything presented now, whether or not the spec asks for it.</summary>
    public IReadOnlyList<VolumeStatus> Volumes { get; init; } = [];
    public IReadOnlyList<PortStatus> Ports { get; init; } = [];

    /// <summary>Why it has not converged, with the step that fails; null while it works or is done.</summary>
    public string? Error { get; init; }
}

public enum FunctionState
{
    /// <summary>The back end is connected on the DPU, the host does not see it.</summary>
    Connected,

    /// <summary>The host has the PCI function.</summary>
    Presented,
    Failed,
}

/// <param name="Serial">What the guest reads as the disk's serial number: the first 20 characters of the volume's id (virtio 1.2 §5.2.6).</param>
/// <param name="PciAddress">Bus, device, function as the DPU reports it; null while not presented.</param>
/// <param name="Mechanism">How the function was plugged: <c>cold</c>, <c>acpi</c> or <c>pciehp</c>.</param>
public sealed record VolumeStatus(Guid Id, FunctionState State, string Serial, string? PciAddress = null, string? Mechanism = null, string? Error = null);

public sealed record PortStatus(Guid Id, FunctionState State, string? PciAddress = null, string? Mechanism = null, string? Error = null);

/// <summary>As Redfish's ResetType (DSP2046).</summary>
public enum ResetType { ForceRestart, GracefulRestart, GracefulShutdown }

/// <param name="RequestId">A repeated id is answered, not done again.</param>
public sealed record ResetRequest(Guid RequestId, ResetType Type, string? TraceParent = null);

/// <param name="LinesMax">The last lines; null for all that is kept.</param>
public sealed record ConsoleRequest(int? LinesMax);

public sealed record ConsoleReply(string Text);
