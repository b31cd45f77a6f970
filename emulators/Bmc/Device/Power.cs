namespace Lab.Emulators.Bmc.Device;

/// <summary>Redfish's ResetType (DSP2046, Resource.ResetType), those this BMC does.</summary>
public enum ResetType
{
    On, ForceOn, ForceOff, GracefulShutdown, GracefulRestart, ForceRestart, PowerCycle, PushPowerButton, Nmi,
}

/// <summary>Why the host last started: ComputerSystem.LastResetCause and IPMI's Get System Restart Cause (§28.11).</summary>
public enum RestartCause { Unknown, ManagementCommand, PowerButtonPress, PowerRestorePolicy, WatchdogExpiration, OperatingSystemSoftRestart }

/// <summary>What a host does when the mains return: ComputerSystem.PowerRestorePolicy and IPMI's power restore policy (§28.8).</summary>
public enum PowerRestorePolicy { AlwaysOff, LastState, AlwaysOn }

/// <summary>A graceful change the guest has been asked for.</summary>
/// <param name="ThenStart">Start again once it is off.</param>
/// <param name="GivenUpAt">After this the guest is taken to have ignored it.</param>
public sealed record PendingShutdown(bool ThenStart, DateTimeOffset GivenUpAt);

/// <summary>The locating light: LocationIndicatorActive and IPMI's Chassis Identify (§28.5).</summary>
/// <param name="Until">When it goes out by itself; null is never.</param>
public sealed record Indicator(bool Active = false, DateTimeOffset? Until = null);

/// <summary>What is to be done to the machine, in order.</summary>
public enum MachineAction { Start, ForceOff, Reset, PressPowerButton, Nmi }
