using System.Globalization;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Lab.Interop.Libvirt;

namespace Lab.Emulators.Host.Pcie;

/// <summary>
/// vhost-user disks plugged into a running host. They are given to QEMU itself: libvirt 9.0, asked to plug one, drops the request to
/// reconnect, and a disk whose back end was killed and restarted would stay dead. What QEMU was given is read back from QEMU; libvirt
/// knows these disks from the next power-on, when they stand in the definition.
/// </summary>
/// <param name="vhostDirectory">Where the vhost-user sockets are, as QEMU sees it.</param>
internal sealed class PluggedDisks(string vhostDirectory)
{
    private const string Devices = "/machine/peripheral";
    private const string ChardevPrefix = "vhost-";
    private const string BusPrefix = "pci.";

    /// <summary>As seconds; QEMU knows nothing finer.</summary>
    private const int ReconnectSeconds = 1;

    /// <exception cref="QemuMonitorException">QEMU refused; nothing is left of it.</exception>
    /// <exception cref="PcieException">There is no back end.</exception>
    internal void Plug(LibvirtDomain domain, VirtioBlkFunction disk, int slot, bool bootOrder)
    {
        var path = Path.Combine(vhostDirectory, disk.Socket);
        ProveBackEnd(path);
        AddChardev(domain, disk, path);
        var device = new JsonObject
        {
            ["driver"] = "vhost-user-blk-pci",
            ["id"] = FunctionXml.AliasOf(disk.Id),
            ["chardev"] = ChardevOf(disk),
            ["num-queues"] = disk.NumQueues,
            ["bus"] = BusPrefix + (slot + 1).ToString(CultureInfo.InvariantCulture),
            ["addr"] = "0x0",
        };
        if (bootOrder)
            device["bootindex"] = slot + 1;
        try
        {
            QemuMonitor.Execute(domain, "device_add", device);
        }
        catch (QemuMonitorException)
        {
            Forget(domain, disk);
            throw;
        }
    }

    /// <summary>Asks the guest to release it. It may have been asked before, or be gone meanwhile: the list tells.</summary>
    internal static void AskToRelease(LibvirtDomain domain, string id) =>
        QemuMonitor.TryExecute(domain, "device_del", new JsonObject { ["id"] = FunctionXml.AliasOf(id) });

    /// <summary>Drops the connection of a disk that is gone; one that is in use stays.</summary>
    internal static void Forget(LibvirtDomain domain, VirtioBlkFunction disk) =>
        QemuMonitor.TryExecute(domain, "chardev-remove", new JsonObject { ["id"] = ChardevOf(disk) });

    /// <summary>What QEMU has and libvirt does not know.</summary>
    /// <param name="known">What libvirt says the running host has.</param>
    /// <param name="config">What it has at the next power-on, which is taken for what QEMU was given: asking QEMU takes longer.</param>
    internal static IEnumerable<PlacedFunction> Read(
        LibvirtDomain domain, IReadOnlyList<PlacedFunction> known, IReadOnlyList<PlacedFunction> config) =>
        QemuMonitor.ListObjects(domain, Devices)
            .Select(device => FunctionXml.IdOf(device.Name))
            .Where(id => id is not null && known.All(f => f.Function.Id != id))
            .Select(id => config.FirstOrDefault(f => f.Function.Id == id && f.Function is VirtioBlkFunction) ?? ReadDevice(domain, id!));

    private static string ChardevOf(VirtioBlkFunction disk) => ChardevPrefix + disk.Socket;

    private static void AddChardev(LibvirtDomain domain, VirtioBlkFunction disk, string path)
    {
        // Its arguments have one owner, so they are made anew for the second attempt.
        if (QemuMonitor.TryExecute(domain, "chardev-add", Arguments()))
            return;
        // One may be left of a disk that the host released after the time limit.
        Forget(domain, disk);
        QemuMonitor.Execute(domain, "chardev-add", Arguments());

        JsonObject Arguments() => new()
        {
            ["id"] = ChardevOf(disk),
            ["backend"] = new JsonObject
            {
                ["type"] = "socket",
                ["data"] = new JsonObject
                {
                    ["addr"] = new JsonObject { ["type"] = "unix", ["data"] = new JsonObject { ["path"] = path } },
                    ["server"] = false,
                    ["reconnect"] = ReconnectSeconds,
                },
            },
        };
    }

    private static PlacedFunction ReadDevice(LibvirtDomain domain, string id)
    {
        var device = $"{Devices}/{FunctionXml.AliasOf(id)}";
        var chardev = QemuMonitor.GetProperty(domain, device, "chardev").GetString() ?? "";
        var queues = QemuMonitor.GetProperty(domain, device, "num-queues").GetInt32();
        var bus = QemuMonitor.GetProperty(domain, device, "parent_bus").GetString() ?? "";
        var slot = int.Parse(bus.AsSpan(bus.LastIndexOf('.') + 1), NumberStyles.None, CultureInfo.InvariantCulture) - 1;
        return new PlacedFunction(new VirtioBlkFunction(id, chardev[Math.Min(ChardevPrefix.Length, chardev.Length)..], queues), slot);
    }

    // QEMU, told to reconnect, waits for a back end that is not there with everything standing still, the guest's processors too.
    private static void ProveBackEnd(string path)
    {
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException e)
        {
            throw new PcieException(PcieException.IoError, $"no back end answers on {path}: {e.Message}");
        }
    }
}
