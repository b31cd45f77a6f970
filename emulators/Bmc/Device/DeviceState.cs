using Lab.Emulators.Bmc.Machine;

namespace Lab.Emulators.Bmc.Device;

/// <summary>Redfish's ResetType (DSP2046, Resource.ResetType), those this BMC does.</summary>
public enum ResetType
{
    On, ForceOn, ForceOff, GracefulShutdown, GracefulRestart, ForceRestart, PowerCycle, PushPowerButton, Nmi,
}

public enum BootOverrideEnabled { Disabled, Once, Continuous }

/// <summary>ComputerSystem.Boot.</summary>
public sealed record BootOverride(BootOverrideEnabled Enabled = BootOverrideEnabled.Disabled, BootTarget Target = BootTarget.None)
{
    /// <summary>What the next start starts from.</summary>
    public BootTarget Effective => Enabled == BootOverrideEnabled.Disabled ? BootTarget.None : Target;
}

/// <summary>HostInterface.CredentialBootstrapping (DSP0270 §10).</summary>
public sealed record CredentialBootstrapping(bool Enabled = true, bool EnableAfterReset = true, string RoleId = "Administrator");

/// <summary>A graceful change the guest has been asked for.</summary>
/// <param name="ThenStart">Start again once it is off.</param>
/// <param name="GivenUpAt">After this the guest is taken to have ignored it.</param>
public sealed record PendingShutdown(bool ThenStart, DateTimeOffset GivenUpAt);

/// <summary>Everything one BMC knows of its host; a value, changed only by <see cref="DeviceMachine"/>.</summary>
public sealed record DeviceState
{
    public MachinePower Power { get; init; } = MachinePower.Off;
    public PendingShutdown? Pending { get; init; }

    /// <summary>When the host last came on or was reset; null before the first time.</summary>
    public DateTimeOffset? LastResetTime { get; init; }
    public BootOverride Boot { get; init; } = new();
    public CredentialBootstrapping Bootstrapping { get; init; } = new();
}

/// <summary>What is to be done to the machine, in order.</summary>
public enum MachineAction { Start, ForceOff, Reset, PressPowerButton, Nmi }
