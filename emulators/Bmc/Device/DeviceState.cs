using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Lab.Emulators.Bmc.Machine;

namespace Lab.Emulators.Bmc.Device;

/// <summary>HostInterface.CredentialBootstrapping (DSP0270 §10).</summary>
public sealed record CredentialBootstrapping(bool Enabled = true, bool EnableAfterReset = true, string RoleId = "Administrator");

/// <summary>Everything one BMC knows of its host; a value, changed only by <see cref="DeviceMachine"/> and settings of the fronts.</summary>
public sealed record DeviceState
{
    public MachinePower Power { get; init; } = MachinePower.Off;
    public PendingShutdown? Pending { get; init; }

    /// <summary>When the host last came on or was reset; null before the first time.</summary>
    public DateTimeOffset? LastResetTime { get; init; }
    public RestartCause LastResetCause { get; init; }

    /// <summary>The BMC has reset the running host, whose restart is therefore not the guest's own.</summary>
    public bool IsRestartExpected { get; init; }

    /// <summary>When the host last came on or went off; null before the first time.</summary>
    public DateTimeOffset? PowerChangedTime { get; init; }
    public PowerRestorePolicy PowerRestorePolicy { get; init; } = PowerRestorePolicy.AlwaysOff;
    public BootOverride Boot { get; init; } = new();
    public CredentialBootstrapping Bootstrapping { get; init; } = new();
    public Indicator Indicator { get; init; } = new();
    public Watchdog Watchdog { get; init; } = new();
    public string AssetTag { get; init; } = "";

    /// <summary>Readings forced by a test or scenario, by <see cref="SensorDefinition.Id"/>.</summary>
    public ImmutableDictionary<string, double> SensorOverrides { get; init; } = ImmutableDictionary<string, double>.Empty;

    /// <summary>Kept in a file of its own, since it is long and changes seldom.</summary>
    [JsonIgnore]
    public SystemEventLog EventLog { get; init; } = new();
}
