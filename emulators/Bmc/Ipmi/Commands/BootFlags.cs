using Lab.Emulators.Bmc.Device;
using Lab.Emulators.Bmc.Machine;

namespace Lab.Emulators.Bmc.Ipmi.Commands;

/// <summary>Boot flags, parameter 5 of the boot options (IPMI 2.0 table 28-14), and the device's boot override: one setting, two spellings.</summary>
internal static class BootFlags
{
    internal const int Bytes = 5;

    /// <summary>How long flags are valid without a Chassis Control command.</summary>
    internal static readonly TimeSpan ValidTime = TimeSpan.FromSeconds(60);

    private const byte Valid = 0x80;
    private const byte Persistent = 0x40;
    private const byte Efi = 0x20;
    private const byte DeviceMask = 0x3c;
    private const int DeviceShift = 2;

    /// <summary>Null for a device selector that is reserved.</summary>
    internal static BootOverride? ToOverride(ReadOnlySpan<byte> flags)
    {
        if (TargetOf(flags) is not { } target)
            return null;
        var enabled = (flags[0] & (Valid | Persistent)) switch
        {
            Valid | Persistent => BootOverrideEnabled.Continuous,
            Valid => BootOverrideEnabled.Once,
            _ => BootOverrideEnabled.Disabled,
        };
        return new BootOverride(
            enabled, enabled == BootOverrideEnabled.Disabled ? BootTarget.None : target, (flags[0] & Efi) != 0 ? BootMode.Uefi : BootMode.Legacy);
    }

    /// <param name="written">The flags as last written, from which comes what the override does not hold; null for never.</param>
    internal static byte[] FromOverride(BootOverride boot, ReadOnlySpan<byte> written)
    {
        var flags = new byte[Bytes];
        written.CopyTo(flags);
        flags[0] = (byte)((boot.Mode == BootMode.Uefi ? Efi : 0) | boot.Enabled switch
        {
            BootOverrideEnabled.Continuous => Valid | Persistent,
            BootOverrideEnabled.Once => Valid,
            _ => 0,
        });
        // Several selectors mean the same target: the one written is told again while it still does.
        if (TargetOf(flags) != boot.Effective)
            flags[1] = (byte)((flags[1] & ~DeviceMask) | (SelectorOf(boot.Effective) << DeviceShift));
        return flags;
    }

    private static BootTarget? TargetOf(ReadOnlySpan<byte> flags) => ((flags[1] & DeviceMask) >> DeviceShift) switch
    {
        0x0 => BootTarget.None,
        0x1 => BootTarget.Pxe,
        // Default hard drive, and the same in safe mode.
        0x2 or 0x3 => BootTarget.Hdd,
        // The diagnostic partition: this host has none, so its own order is kept.
        0x4 => BootTarget.None,
        0x5 or 0x8 => BootTarget.Cd,
        0x6 => BootTarget.BiosSetup,
        // Remote removable media, primary remote media, remote hard drive, primary removable media.
        0x7 or 0x9 or 0xb or 0xf => BootTarget.Usb,
        _ => null,
    };

    private static int SelectorOf(BootTarget target) => target switch
    {
        BootTarget.Pxe or BootTarget.UefiHttp => 0x1,
        BootTarget.Hdd => 0x2,
        BootTarget.Cd => 0x5,
        BootTarget.BiosSetup => 0x6,
        BootTarget.Usb => 0xf,
        _ => 0x0,
    };
}
