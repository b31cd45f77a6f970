using Lab.Agent.Dpu;
using Lab.Agent.Network;
using Lab.Contracts.Link;

namespace Lab.Agent.Reconcile;

/// <summary>All the agent knows: read back from the BMC, the DPU and Open vSwitch.</summary>
/// <param name="Power">Null while the BMC cannot be asked.</param>
public sealed record Observed(PowerState? Power, ObservedDpu Dpu, ObservedNetwork Network);

/// <summary>What a plan depends on beside spec and observation.</summary>
/// <param name="ConfigDriveFile">File of the config drive that the spec asks for, named by its content; null without an instance.</param>
/// <param name="HoldPowerOn">The host was asked to shut down under this generation: it is not switched on again before the next.</param>
public sealed record PlanContext(System.Net.IPAddress TunnelAddress, string? ConfigDriveFile, bool HoldPowerOn = false);
