using System.Xml.Linq;

namespace Lab.Emulators.Bmc.Machine;

/// <summary>A domain's definition as one start needs it: virtual media in their drives, and another boot order.</summary>
internal static class StartXml
{
    /// <summary>Firmware waits this long at its prompt, where a key opens its setup; the most libvirt takes (ms).</summary>
    private const int SetupPromptMs = 65535;
    private const string DrivePrefix = "bmc-";

    /// <summary>Devices that are wanted come first, then those of the order given, then the rest in the order of their addresses.</summary>
    internal static string Apply(string domainXml, MachineStart start)
    {
        var domain = XElement.Parse(domainXml);
        var devices = domain.Element("devices")!;
        foreach (var media in start.Media.Where(media => media.File is not null))
            devices.Add(Drive(devices, media));
        domain.Element("os")?.Elements("boot").Remove();
        if (start.Target == BootTarget.BiosSetup)
            OpenSetup(domain.Element("os")!);
        var bootable = devices.Elements("disk").Concat(devices.Elements("interface")).ToList();
        foreach (var device in bootable)
            device.Element("boot")?.Remove();
        var names = DomainHardware.Read(domain).BootDevices.ToDictionary(device => device.DeviceId, device => device.Reference);
        var order = 1;
        foreach (var device in bootable.OrderBy(d => Rank(d, start, names)).ThenBy(BusOf, StringComparer.Ordinal))
            device.Add(new XElement("boot", new XAttribute("order", order++)));
        return domain.ToString();
    }

    /// <summary>The running domain's drive of a slot, with other media; null when it has none.</summary>
    internal static string? ChangeMedia(string domainXml, string slot, string? file)
    {
        var drive = XElement.Parse(domainXml).Element("devices")!.Elements("disk")
            .FirstOrDefault(disk => disk.Element("alias")?.Attribute("name")?.Value == Alias(slot));
        if (drive is null || (string?)drive.Attribute("device") != "cdrom")
            return null;
        drive.Element("source")?.Remove();
        drive.Elements("backingStore").Remove();
        if (file is not null)
            drive.AddFirst(new XElement("source", new XAttribute("file", file)));
        return drive.ToString();
    }

    private static int Rank(XElement device, MachineStart start, Dictionary<string, string> names)
    {
        var reference = names.GetValueOrDefault(DomainHardware.IdOf(device));
        var isWanted = start.Target switch
        {
            BootTarget.Pxe or BootTarget.UefiHttp => device.Name.LocalName == "interface",
            BootTarget.Hdd => IsDisk(device, "disk") && !IsMedia(device),
            BootTarget.Cd => IsDisk(device, "cdrom"),
            BootTarget.Usb => IsDisk(device, "disk") && IsMedia(device),
            BootTarget.UefiBootNext => reference is not null && reference == start.Next,
            _ => false,
        };
        if (isWanted)
            return -1;
        var place = reference is null ? -1 : start.Order.ToList().IndexOf(reference);
        if (place >= 0)
            return place;
        // Without a wish, disks go before networks and media that somebody inserted are only tried last.
        return start.Order.Count + (IsMedia(device) ? 2 : device.Name.LocalName == "disk" ? 0 : 1);
    }

    private static bool IsDisk(XElement device, string kind) =>
        device.Name.LocalName == "disk" && ((string?)device.Attribute("device") ?? "disk") == kind;

    private static bool IsMedia(XElement device) =>
        device.Element("alias")?.Attribute("name")?.Value.StartsWith("ua-" + DrivePrefix, StringComparison.Ordinal) == true;

    // libvirt keeps aliases that begin with ua- (https://libvirt.org/formatdomain.html#devices).
    private static string Alias(string slot) => "ua-" + DrivePrefix + slot.ToLowerInvariant();

    private static XElement Drive(XElement devices, StartMedia media)
    {
        var taken = devices.Elements("disk").Select(disk => disk.Element("target")?.Attribute("dev")?.Value).ToHashSet();
        var target = Enumerable.Range('a', 26).Select(letter => "sd" + (char)letter).First(name => !taken.Contains(name));
        return new XElement(
            "disk",
            new XAttribute("type", "file"),
            new XAttribute("device", media.IsCd ? "cdrom" : "disk"),
            new XElement("driver", new XAttribute("name", "qemu"), new XAttribute("type", "raw")),
            new XElement("source", new XAttribute("file", media.File!)),
            new XElement("target", new XAttribute("dev", target), new XAttribute("bus", "sata")),
            new XElement("readonly"),
            new XElement("alias", new XAttribute("name", Alias(media.Slot))));
    }

    private static void OpenSetup(XElement os)
    {
        os.Elements("bootmenu").Remove();
        os.Add(new XElement("bootmenu", new XAttribute("enable", "yes"), new XAttribute("timeout", SetupPromptMs)));
    }

    private static string BusOf(XElement device) => device.Element("address")?.Attribute("bus")?.Value ?? "";
}
