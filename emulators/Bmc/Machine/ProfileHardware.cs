using System.Security.Cryptography;
using System.Text;
using Lab.Emulators.Bmc.Profiles;

namespace Lab.Emulators.Bmc.Machine;

/// <summary>The hardware of a simulated machine: what its profile says, with numbers that follow from its name.</summary>
internal static class ProfileHardware
{
    private const int FirstNicBus = 0x17;
    private const int FirstDiskBus = 0x31;

    internal static MachineHardware Build(string name, DeviceProfile profile)
    {
        var ports = Ports(name, profile).ToList();
        var disks = Disks(name, profile).ToList();
        return new MachineHardware
        {
            Processors = [.. profile.Processors
                .SelectMany(p => Enumerable.Repeat(p, p.Count))
                .Select((p, i) => new Processor($"CPU{i + 1}", p.Manufacturer, p.Model, p.Architecture, p.InstructionSet, p.Cores, p.Threads, p.MaxSpeedMHz))],
            Memory = [.. profile.Memory
                .SelectMany(m => Enumerable.Repeat(m, m.Count))
                .Select((m, i) => new MemoryModule($"DIMM{i + 1}", m.Manufacturer, m.PartNumber, Serial(name, "dimm", i), m.Type, m.CapacityMiB, m.SpeedMHz))],
            Ports = [.. ports.Select(port => port.Port)],
            Disks = [.. disks.Select(disk => disk.Disk)],
            PciFunctions = [.. ports.Select(port => port.Function).Concat(disks.Select(disk => disk.Function))],
            BootDevices = [.. disks
                .Select(disk => (Name: $"UEFI {disk.Disk.Model} {disk.Disk.Id}", Kind: BootTarget.Hdd, disk.Disk.Id, Path: PathOf(disk.Function) + "/NVMe(0x1,00-00-00-00-00-00-00-00)"))
                .Concat(ports.Select(port => (
                    Name: $"UEFI PXEv4 {port.Port.Id}", Kind: BootTarget.Pxe, port.Port.Id,
                    Path: PathOf(port.Function) + $"/MAC({port.Port.Mac.Replace(":", "", StringComparison.Ordinal)},0x1)/IPv4(0.0.0.0)")))
                .Select((device, i) => new BootDevice($"Boot{i:X4}", device.Name, device.Kind, device.Id, device.Path))],
        };
    }

    private static IEnumerable<(NetworkPort Port, PciFunction Function)> Ports(string name, DeviceProfile profile)
    {
        for (var card = 0; card < profile.Nics.Length; card++)
        {
            var nic = profile.Nics[card];
            for (var i = 0; i < nic.Ports; i++)
            {
                var function = new PciFunction(
                    0, FirstNicBus + card, 0, i, "NetworkController", "0x020000", nic.VendorId, nic.DeviceId, nic.Manufacturer, nic.Model);
                yield return (new NetworkPort($"{nic.Id}-{i + 1}", nic.Id, Mac(name, (card * 16) + i), nic.SpeedGbps * 1000, HasLink: true, function.Id), function);
            }
        }
    }

    private static IEnumerable<(Disk Disk, PciFunction Function)> Disks(string name, DeviceProfile profile) => profile.Disks
        .SelectMany(disk => Enumerable.Repeat(disk, disk.Count))
        .Select((disk, i) =>
        {
            var function = new PciFunction(
                0, FirstDiskBus + i, 0, 0, "MassStorageController", "0x010802", "0x144D", "0xA80A", disk.Manufacturer, disk.Model);
            return (new Disk($"Disk{i}", disk.Manufacturer, disk.Model, Serial(name, "disk", i), disk.MediaType, disk.Protocol, disk.CapacityBytes, function.Id), function);
        });

    private static string PathOf(PciFunction function) => FormattableString.Invariant($"PciRoot(0x0)/Pci(0x{function.Bus:X},0x{function.Function:X})");

    // Locally administered, so that none is anybody's.
    private static string Mac(string name, int index)
    {
        var bytes = Digest(name, "mac", 0).AsSpan(0, 4);
        return FormattableString.Invariant($"02:{bytes[0]:x2}:{bytes[1]:x2}:{bytes[2]:x2}:{bytes[3]:x2}:{index:x2}");
    }

    private static string Serial(string name, string kind, int index) => Convert.ToHexString(Digest(name, kind, index).AsSpan(0, 5));

    private static byte[] Digest(string name, string kind, int index) => SHA256.HashData(Encoding.UTF8.GetBytes(FormattableString.Invariant($"{name} {kind} {index}")));
}
