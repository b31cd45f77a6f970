using System.Globalization;
using System.Xml.Linq;

namespace Lab.Emulators.Bmc.Machine;

/// <summary>What a libvirt domain is built of (https://libvirt.org/formatdomain.html#devices); every disk and interface is a PCI function.</summary>
internal static class DomainHardware
{
    private const string RedHat = "0x1AF4";
    private const string VirtioNet = "0x1041";
    private const string VirtioBlock = "0x1042";

    /// <param name="capacityOf">Bytes of a disk by its target's name; null where nobody knows.</param>
    internal static MachineHardware Read(XElement domain, Func<string, long?>? capacityOf = null)
    {
        var devices = domain.Element("devices")!;
        var vcpus = int.Parse(domain.Element("vcpu")!.Value, CultureInfo.InvariantCulture);
        var memory = (int)(long.Parse(domain.Element("memory")!.Value, CultureInfo.InvariantCulture) / 1024);
        var disks = devices.Elements("disk").Where(disk => (string?)disk.Attribute("device") is not ("cdrom" or "floppy")).Select(disk => ReadDisk(disk, capacityOf)).ToList();
        var ports = devices.Elements("interface").Select(ReadPort).ToList();
        return new MachineHardware
        {
            Processors = [new Processor("CPU1", "QEMU", "Virtual processor", "x86", "x86-64", vcpus, vcpus, MaxSpeedMHz: null)],
            Memory = [new MemoryModule("DIMM1", "QEMU", PartNumber: null, "1", Type: null, memory, SpeedMHz: null)],
            Ports = [.. ports.Select(port => port.Port)],
            Disks = [.. disks.Select(disk => disk.Disk)],
            PciFunctions = [.. ports.Select(port => port.Function).Concat(disks.Select(disk => disk.Function)).OfType<PciFunction>()],
            BootDevices = [.. disks
                .Select(disk => (Name: "UEFI disk " + disk.Disk.Id, Kind: BootTarget.Hdd, disk.Disk.Id))
                .Concat(ports.Select(port => (Name: "UEFI PXE " + port.Port.Mac, Kind: BootTarget.Pxe, port.Port.Id)))
                .Select((device, i) => new BootDevice($"Boot{i:X4}", device.Name, device.Kind, device.Id, UefiDevicePath: null))],
        };
    }

    /// <summary>The name a device has as <see cref="Disk.Id"/> or <see cref="NetworkPort.Id"/>.</summary>
    internal static string IdOf(XElement device) =>
        PciOf(device, "", "", "", "") is { } function ? function.Id : device.Element("target")?.Attribute("dev")?.Value ?? device.Element("mac")?.Attribute("address")?.Value ?? "unnamed";

    private static (Disk Disk, PciFunction? Function) ReadDisk(XElement disk, Func<string, long?>? capacityOf)
    {
        var function = PciOf(disk, "MassStorageController", "0x010000", VirtioBlock, "Virtio block device");
        var target = disk.Element("target")?.Attribute("dev")?.Value ?? "";
        var serial = disk.Element("serial")?.Value ?? target;
        var capacity = (string?)disk.Attribute("type") == "vhostuser" ? null : capacityOf?.Invoke(target);
        return (new Disk(IdOf(disk), "QEMU", "Virtio block device", serial, "SSD", Protocol: null, capacity, function?.Id), function);
    }

    private static (NetworkPort Port, PciFunction? Function) ReadPort(XElement port)
    {
        var function = PciOf(port, "NetworkController", "0x020000", VirtioNet, "Virtio network device");
        var mac = port.Element("mac")?.Attribute("address")?.Value ?? "00:00:00:00:00:00";
        var id = IdOf(port);
        return (new NetworkPort(id, id, mac, SpeedMbps: null, port.Element("link")?.Attribute("state")?.Value != "down", function?.Id), function);
    }

    private static PciFunction? PciOf(XElement device, string deviceClass, string classCode, string deviceId, string model) =>
        device.Elements("address").FirstOrDefault(a => (string?)a.Attribute("type") == "pci") is { } address
            ? new PciFunction(
                Number(address, "domain"), Number(address, "bus"), Number(address, "slot"), Number(address, "function"),
                deviceClass, classCode, RedHat, deviceId, "Red Hat", model)
            : null;

    private static int Number(XElement address, string name) =>
        address.Attribute(name)?.Value is { } text && text.StartsWith("0x", StringComparison.Ordinal)
            ? int.Parse(text[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture)
            : 0;
}
