using System.Collections.Immutable;

namespace Lab.Emulators.Bmc.Device;

/// <summary>BIOS settings that differ from the profile's defaults; what is pending takes effect when the host next starts.</summary>
public sealed record BiosState
{
    public ImmutableSortedDictionary<string, string> Current { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
    public ImmutableSortedDictionary<string, string> Pending { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Back to the defaults at the next start; before what is pending.</summary>
    public bool IsResetPending { get; init; }

    /// <summary>What the settings were last taken over with: Redfish's @Redfish.Settings.Time; null before the first time.</summary>
    public DateTimeOffset? Applied { get; init; }

    public bool HasPending => IsResetPending || !Pending.IsEmpty;

    /// <summary>The host started: what was pending holds.</summary>
    public BiosState Started(DateTimeOffset now) => !HasPending ? this : new BiosState
    {
        Current = (IsResetPending ? ImmutableSortedDictionary<string, string>.Empty : Current).SetItems(Pending),
        Applied = now,
    };
}
