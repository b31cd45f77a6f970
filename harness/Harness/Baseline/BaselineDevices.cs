using System.Xml.Linq;
using Lab.Emulators.Host.Definition;

namespace Lab.Harness.Baseline;

/// <summary>Devices of a baseline host as libvirt wants them, each on the root port of its slot as the PCIe service does it.</summary>
public static class BaselineDevices
{
    public static XElement Disk(string file, string target, int slot, bool boot = false, string? serial = null) => new(
        "disk",
        new XAttribute("type", "file"),
        new XAttribute("device", "disk"),
        new XElement("driver", new XAttribute("name", "qemu"), new XAttribute("type", "raw"), new XAttribute("discard", "unmap")),
        new XElement("source", new XAttribute("file", file)),
        new XElement("target", new XAttribute("dev", target), new XAttribute("bus", "virtio")),
        serial is null ? null : new XElement("serial", serial),
        boot ? new XElement("boot", new XAttribute("order", 1)) : null,
        Address(slot));

    /// <param name="socket">Where the back end listens.</param>
    public static XElement VhostUserDisk(string socket, string target, int slot) => new(
        "disk",
        new XAttribute("type", "vhostuser"),
        new XAttribute("device", "disk"),
        new XElement("driver", new XAttribute("name", "qemu"), new XAttribute("type", "raw")),
        new XElement("source", new XAttribute("type", "unix"), new XAttribute("path", socket)),
        new XElement("target", new XAttribute("dev", target), new XAttribute("bus", "virtio")),
        Address(slot));

    /// <summary>A NIC with its offloads off, as the DPU's functions have them: unlike NICs would be unlike baselines.</summary>
    public static XElement Nic(BaselineNic nic, int slot)
    {
        XAttribute[] Off(params string[] names) => [.. names.Select(n => new XAttribute(n, "off"))];
        return new XElement(
            "interface",
            new XAttribute("type", "ethernet"),
            new XElement("mac", new XAttribute("address", nic.MacAddress)),
            new XElement("target", new XAttribute("dev", nic.Tap), new XAttribute("managed", "no")),
            new XElement("model", new XAttribute("type", "virtio")),
            new XElement(
                "driver",
                new XAttribute("name", "qemu"),
                new XElement("host", Off("csum", "gso", "tso4", "tso6", "ecn", "ufo")),
                new XElement("guest", Off("csum", "tso4", "tso6", "ecn", "ufo"))),
            new XElement("rom", new XAttribute("enabled", "no")),
            Address(slot));
    }

    private static XElement Address(int slot) => slot is >= 0 and < HostDefinition.RootPorts
        ? new XElement(
            "address",
            new XAttribute("type", "pci"),
            new XAttribute("domain", "0x0000"),
            new XAttribute("bus", $"0x{slot + 1:x2}"),
            new XAttribute("slot", "0x00"),
            new XAttribute("function", "0x0"))
        : throw new ArgumentOutOfRangeException(nameof(slot), slot, $"0 to {HostDefinition.RootPorts - 1}");
}
