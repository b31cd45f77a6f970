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
    public BiosState Bios { get; init; } = new();
    public SecureBootState SecureBoot { get; init; } = new();

    /// <summary>What is in the slots of virtual media; an empty slot is not in it.</summary>
    public ImmutableSortedDictionary<string, InsertedMedia> Media { get; init; } = ImmutableSortedDictionary<string, InsertedMedia>.Empty;

    /// <summary>Media the running host was started with, or was given since.</summary>
    public ImmutableSortedDictionary<string, InsertedMedia> MediaAtHost { get; init; } = ImmutableSortedDictionary<string, InsertedMedia>.Empty;

    /// <summary>BootOptionReferences in the order firmware tries them; what is not named comes after.</summary>
    public ImmutableList<string> BootOrder { get; init; } = [];
    public ManagerSettings Manager { get; init; } = new();
    public FirmwareState Firmware { get; init; } = new();
    public ImmutableList<DeviceTask> Tasks { get; init; } = [];
    public int LastTaskId { get; init; }
    public ImmutableList<EventSubscription> Subscriptions { get; init; } = [];
    public int LastSubscriptionId { get; init; }

    /// <summary>Readings forced by a test or scenario, by <see cref="SensorDefinition.Id"/>.</summary>
    public ImmutableDictionary<string, double> SensorOverrides { get; init; } = ImmutableDictionary<string, double>.Empty;

    /// <summary>Kept in a file of its own, since it is long and changes seldom.</summary>
    [JsonIgnore]
    public SystemEventLog EventLog { get; init; } = new();
}
