using System.Collections.Immutable;

namespace Lab.Emulators.Bmc.Device;

/// <summary>What an update waits for before it takes effect.</summary>
public enum FirmwareActivation { None, System, Manager }

/// <param name="Version">The version that was applied and waits.</param>
public sealed record StagedFirmware(string Version, FirmwareActivation Waits);

/// <summary>Versions that differ from the profile's, by id of the firmware inventory.</summary>
public sealed record FirmwareState
{
    public ImmutableDictionary<string, string> Versions { get; init; } = ImmutableDictionary<string, string>.Empty;
    public ImmutableDictionary<string, StagedFirmware> Staged { get; init; } = ImmutableDictionary<string, StagedFirmware>.Empty;

    public FirmwareState Apply(string id, string version, FirmwareActivation waits) => waits == FirmwareActivation.None
        ? this with { Versions = Versions.SetItem(id, version), Staged = Staged.Remove(id) }
        : this with { Staged = Staged.SetItem(id, new StagedFirmware(version, waits)) };

    /// <summary>A reset of that kind happened.</summary>
    public FirmwareState Activate(FirmwareActivation reset)
    {
        var ready = Staged.Where(staged => staged.Value.Waits == reset).ToList();
        return ready.Count == 0 ? this : new FirmwareState
        {
            Versions = Versions.SetItems(ready.Select(staged => KeyValuePair.Create(staged.Key, staged.Value.Version))),
            Staged = Staged.RemoveRange(ready.Select(staged => staged.Key)),
        };
    }
}
