using System.Globalization;
using System.Xml.Linq;

namespace Lab.Emulators.Host.Definition;

/// <summary>
/// A host as a libvirt domain (https://libvirt.org/formatdomain.html): q35, UEFI, shared memory so that vhost-user back ends can
/// map it, root ports for hot-plug, a serial port, and nothing else that would cost firmware time.
/// </summary>
public static class DomainXml
{
    /// <summary>First device number on bus 0 that root ports take; device 1 is where QEMU would put a VGA.</summary>
    private const int FirstRootPortDevice = 2;
    private const int FunctionsPerDevice = 8;

    /// <param name="devices">Elements for <c>devices</c>: the PCI functions the host already has.</param>
    public static XElement Build(HostDefinition host, IEnumerable<XElement> devices) => new(
        "domain",
        new XAttribute("type", host.Accelerator == Accelerator.Kvm ? "kvm" : "qemu"),
        new XElement("name", host.Name),
        new XElement("uuid", host.Uuid),
        new XElement("memory", new XAttribute("unit", "MiB"), host.MemoryMiB),
        new XElement("vcpu", host.Vcpus),
        new XElement(
            "memoryBacking",
            new XElement("source", new XAttribute("type", "memfd")),
            new XElement("access", new XAttribute("mode", "shared"))),
        new XElement(
            "os",
            new XElement("type", new XAttribute("arch", "x86_64"), new XAttribute("machine", "q35"), "hvm"),
            new XElement("loader", new XAttribute("readonly", "yes"), new XAttribute("type", "pflash"), host.Firmware.CodeFile),
            new XElement("nvram", new XAttribute("template", host.Firmware.VariablesTemplate), host.NvramFile),
            new XElement("bootmenu", new XAttribute("enable", "no"))),
        new XElement("features", new XElement("acpi")),
        new XElement(
            "cpu",
            new XAttribute("mode", host.Accelerator == Accelerator.Kvm ? "host-passthrough" : "maximum"),
            new XElement("numa", SharedCell(host))),
        new XElement("clock", new XAttribute("offset", "utc")),
        new XElement("on_poweroff", "destroy"),
        new XElement("on_reboot", "restart"),
        new XElement("on_crash", "destroy"),
        new XElement(
            "pm",
            new XElement("suspend-to-mem", new XAttribute("enabled", "no")),
            new XElement("suspend-to-disk", new XAttribute("enabled", "no"))),
        new XElement(
            "devices",
            new XElement("emulator", "/usr/bin/qemu-system-x86_64"),
            new XElement("controller", new XAttribute("type", "usb"), new XAttribute("model", "none")),
            new XElement("controller", new XAttribute("type", "pci"), new XAttribute("index", 0), new XAttribute("model", "pcie-root")),
            Enumerable.Range(1, HostDefinition.RootPorts).Select(RootPort),
            Serial(host),
            new XElement("memballoon", new XAttribute("model", "none")),
            devices));

    // One cell says the same as memoryBacking, but in a place that a restarted libvirtd can still see: without it, libvirt 9.0
    // refuses vhost-user devices of running domains that it found again.
    private static XElement SharedCell(HostDefinition host) => new(
        "cell",
        new XAttribute("id", 0),
        new XAttribute("cpus", host.Vcpus == 1 ? "0" : string.Create(CultureInfo.InvariantCulture, $"0-{host.Vcpus - 1}")),
        new XAttribute("memory", host.MemoryMiB),
        new XAttribute("unit", "MiB"),
        new XAttribute("memAccess", "shared"));

    /// <summary>Root port n provides PCI bus n: firmware numbers buses in the order of the ports' addresses.</summary>
    private static XElement RootPort(int index)
    {
        var device = FirstRootPortDevice + ((index - 1) / FunctionsPerDevice);
        var function = (index - 1) % FunctionsPerDevice;
        return new XElement(
            "controller",
            new XAttribute("type", "pci"),
            new XAttribute("index", index),
            new XAttribute("model", "pcie-root-port"),
            new XElement("target", new XAttribute("chassis", index), new XAttribute("port", Hex((device << 3) | function))),
            PciAddress(0, device, function, multifunction: function == 0));
    }

    private static XElement Serial(HostDefinition host)
    {
        // A socket nobody listens on is retried every second, so BMC and host may start in any order.
        var source = host.ConsoleSocket is null
            ? null
            : new XElement(
                "source",
                new XAttribute("mode", "connect"),
                new XAttribute("path", host.ConsoleSocket),
                new XElement("reconnect", new XAttribute("enabled", "yes"), new XAttribute("timeout", 1)));
        return new XElement(
            "serial",
            new XAttribute("type", source is null ? "null" : "unix"),
            source,
            new XElement("target", new XAttribute("port", 0)));
    }

    internal static XElement PciAddress(int bus, int device, int function, bool multifunction = false) => new(
        "address",
        new XAttribute("type", "pci"),
        new XAttribute("domain", "0x0000"),
        new XAttribute("bus", Hex(bus)),
        new XAttribute("slot", Hex(device)),
        new XAttribute("function", Hex(function)),
        multifunction ? new XAttribute("multifunction", "on") : null);

    private static string Hex(int value) => string.Create(CultureInfo.InvariantCulture, $"0x{value:x2}");
}
