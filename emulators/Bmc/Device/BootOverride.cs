using Lab.Emulators.Bmc.Machine;

namespace Lab.Emulators.Bmc.Device;

public enum BootOverrideEnabled { Disabled, Once, Continuous }

public enum BootMode { Uefi, Legacy }

/// <summary>ComputerSystem.Boot, and IPMI's boot flags (IPMI 2.0 §28.13, parameter 5): one setting with two fronts.</summary>
/// <param name="HttpUri">Where <see cref="BootTarget.UefiHttp"/> starts from; null is the firmware's own choice (DHCP).</param>
/// <param name="Next">BootOptionReference that <see cref="BootTarget.UefiBootNext"/> starts from.</param>
/// <param name="ExpiresAt">IPMI's boot flags are forgotten unless the host starts in time (§28.12, parameter 3); null is never.</param>
public sealed record BootOverride(
    BootOverrideEnabled Enabled = BootOverrideEnabled.Disabled,
    BootTarget Target = BootTarget.None,
    BootMode Mode = BootMode.Uefi,
    string? HttpUri = null,
    string? Next = null,
    DateTimeOffset? ExpiresAt = null)
{
    /// <summary>What the next start starts from.</summary>
    public BootTarget Effective => Enabled == BootOverrideEnabled.Disabled ? BootTarget.None : Target;
}
