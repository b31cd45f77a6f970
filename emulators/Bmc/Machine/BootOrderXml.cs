using System.Xml.Linq;

namespace Lab.Emulators.Bmc.Machine;

/// <summary>A domain's definition with another boot order (https://libvirt.org/formatdomain.html#bios-bootloader).</summary>
internal static class BootOrderXml
{
    /// <summary>Devices of the target's kind come first in the order of their addresses; the rest follow.</summary>
    internal static string Apply(string domainXml, BootTarget target)
    {
        var domain = XElement.Parse(domainXml);
        domain.Element("os")?.Elements("boot").Remove();
        var devices = domain.Element("devices")!;
        var bootable = devices.Elements("disk").Concat(devices.Elements("interface")).ToList();
        foreach (var device in bootable)
            device.Element("boot")?.Remove();
        var first = target == BootTarget.Pxe ? "interface" : "disk";
        var order = 1;
        foreach (var device in bootable.OrderBy(d => d.Name.LocalName != first).ThenBy(BusOf, StringComparer.Ordinal))
            device.Add(new XElement("boot", new XAttribute("order", order++)));
        return domain.ToString();
    }

    private static string BusOf(XElement device) => device.Element("address")?.Attribute("bus")?.Value ?? "";
}
