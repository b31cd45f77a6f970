using System.Globalization;
using System.Xml.Linq;
using Lab.Emulators.Host.Definition;

namespace Lab.Emulators.Host.Pcie;

/// <summary>
/// A function as a device of the domain's XML and back. The alias carries the id and the address the slot, so that the domain is
/// the only place where the service's state lives.
/// </summary>
/// <param name="vhostDirectory">Where the vhost-user sockets are, as QEMU sees it.</param>
internal sealed class FunctionXml(string vhostDirectory)
{
    private const string AliasPrefix = "ua-";

    internal static string AliasOf(string id) => AliasPrefix + id;

    /// <returns>Null for a device that is not this service's.</returns>
    internal static string? IdOf(string alias) => alias.StartsWith(AliasPrefix, StringComparison.Ordinal) ? alias[AliasPrefix.Length..] : null;


    /// <param name="bootOrder">Whether a disk says its place in the boot order.</param>
    internal XElement Write(PlacedFunction placed, bool bootOrder = true) => placed.Function switch
    {
        VirtioBlkFunction disk => WriteDisk(disk, placed.Slot, bootOrder),
        VirtioNetFunction nic => WriteNic(nic, placed.Slot),
        _ => throw new ArgumentException("unknown function type " + placed.Function.Type, nameof(placed)),
    };

    /// <summary>The functions this service put into a domain; other devices are passed over.</summary>
    internal static IReadOnlyList<PlacedFunction> ReadAll(XElement domain) =>
        [.. (domain.Element("devices")?.Elements() ?? []).Select(Read).OfType<PlacedFunction>().OrderBy(f => f.Slot)];

    private static PlacedFunction? Read(XElement device)
    {
        if (Attribute(device, "alias", "name") is not { } alias || IdOf(alias) is not { } id)
            return null;
        var bus = Attribute(device, "address", "bus");
        if (bus is null || !bus.StartsWith("0x", StringComparison.Ordinal))
            return null;
        var slot = int.Parse(bus.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) - 1;
        return device.Name.LocalName switch
        {
            "disk" => new PlacedFunction(
                new VirtioBlkFunction(id, Path.GetFileName(Attribute(device, "source", "path") ?? ""), Number(device, "driver", "queues", 1)),
                slot),
            "interface" => new PlacedFunction(
                new VirtioNetFunction(
                    id,
                    Attribute(device, "mac", "address") ?? "",
                    Attribute(device, "target", "dev") ?? "",
                    Number(device, "mtu", "size", 1500)),
                slot),
            _ => null,
        };
    }

    private XElement WriteDisk(VirtioBlkFunction disk, int slot, bool bootOrder) => new(
        "disk",
        new XAttribute("type", "vhostuser"),
        new XAttribute("device", "disk"),
        new XElement("driver", new XAttribute("name", "qemu"), new XAttribute("type", "raw"), new XAttribute("queues", disk.NumQueues)),
        new XElement(
            "source",
            new XAttribute("type", "unix"),
            new XAttribute("path", Path.Combine(vhostDirectory, disk.Socket)),
            new XElement("reconnect", new XAttribute("enabled", "yes"), new XAttribute("timeout", 1))),
        new XElement("target", new XAttribute("dev", "vd" + (char)('a' + slot)), new XAttribute("bus", "virtio")),
        bootOrder ? new XElement("boot", new XAttribute("order", slot + 1)) : null,
        Alias(disk),
        DomainXml.PciAddress(slot + 1, 0, 0));

    // Offloads stay off: checksums left to a NIC never get filled in by a userspace switch.
    private static XElement WriteNic(VirtioNetFunction nic, int slot) => new(
        "interface",
        new XAttribute("type", "ethernet"),
        new XElement("mac", new XAttribute("address", nic.Mac)),
        new XElement("target", new XAttribute("dev", nic.Tap), new XAttribute("managed", "no")),
        new XElement("model", new XAttribute("type", "virtio")),
        new XElement(
            "driver",
            new XAttribute("name", "qemu"),
            new XElement("host", Off("csum", "gso", "tso4", "tso6", "ecn", "ufo")),
            new XElement("guest", Off("csum", "tso4", "tso6", "ecn", "ufo"))),
        new XElement("mtu", new XAttribute("size", nic.Mtu)),
        new XElement("rom", new XAttribute("enabled", "no")),
        Alias(nic),
        DomainXml.PciAddress(slot + 1, 0, 0));

    private static IEnumerable<XAttribute> Off(params string[] names) => names.Select(name => new XAttribute(name, "off"));

    private static XElement Alias(PcieFunction function) => new("alias", new XAttribute("name", AliasOf(function.Id)));

    private static string? Attribute(XElement device, string element, string attribute) =>
        device.Element(element)?.Attribute(attribute)?.Value;

    private static int Number(XElement device, string element, string attribute, int fallback) =>
        int.TryParse(Attribute(device, element, attribute), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : fallback;
}
