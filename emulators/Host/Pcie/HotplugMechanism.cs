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

    /// <summary>
    /// Asks the running QEMU: its LPC bridge says whether ACPI hot-plug covers bridges; where it does, the root ports do not
    /// advertise native hot-plug.
    /// </summary>
    internal static string Read(LibvirtDomain domain)
    {
        using var children = Query(domain, """{"execute":"qom-list","arguments":{"path":"/machine/unattached"}}""");
        var bridge = children.RootElement.GetProperty("return").EnumerateArray()
            .FirstOrDefault(child => child.GetProperty("type").GetString() == "child<ICH9-LPC>");
        if (bridge.ValueKind != JsonValueKind.Object)
            return Native;
        var path = "/machine/unattached/" + bridge.GetProperty("name").GetString();
        using var value = Query(
            domain,
            $$$"""{"execute":"qom-get","arguments":{"path":"{{{path}}}","property":"acpi-pci-hotplug-with-bridge-support"}}""");
        return value.RootElement.TryGetProperty("return", out var on) && on.ValueKind == JsonValueKind.True ? Acpi : Native;
    }

    private static JsonDocument Query(LibvirtDomain domain, string command) => JsonDocument.Parse(domain.QemuMonitorCommand(command));
}
