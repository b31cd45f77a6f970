using System.Text.Json;
using Lab.Interop.Libvirt;

namespace Lab.Emulators.Host.Pcie;

/// <summary>How a function reached the host.</summary>
public static class HotplugMechanism
{
    /// <summary>It was there when the host was switched on.</summary>
    public const string Cold = "cold";

    /// <summary>ACPI hot-plug: the guest's firmware tables carry the event (ACPI 6.5 §6.3, QEMU docs/specs/acpi_pci_hotplug).</summary>
    public const string Acpi = "acpi";

    /// <summary>The root port's own slot registers (PCIe 5.0 §6.7).</summary>
    public const string Native = "pciehp";

    private const string Objects = "/machine/unattached";

    /// <summary>
    /// Asks the running QEMU: its LPC bridge says whether ACPI hot-plug covers bridges; where it does, the root ports do not
    /// advertise native hot-plug.
    /// </summary>
    internal static string Read(LibvirtDomain domain)
    {
        var bridge = QemuMonitor.ListObjects(domain, Objects).FirstOrDefault(child => child.Type == "child<ICH9-LPC>").Name;
        if (bridge is null)
            return Native;
        try
        {
            var covers = QemuMonitor.GetProperty(domain, $"{Objects}/{bridge}", "acpi-pci-hotplug-with-bridge-support");
            return covers.ValueKind == JsonValueKind.True ? Acpi : Native;
        }
        catch (QemuMonitorException)
        {
            // A machine that knows no such property has no such hot-plug.
            return Native;
        }
    }
}
