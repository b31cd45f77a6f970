using System.Globalization;
using Lab.Contracts.Testbeds;
using Lab.Emulators.Host.Libvirtd;
using Lab.Harness.Processes;
using Lab.Harness.Services;

namespace Lab.Harness.Launch;

/// <summary>
/// What stands around one SoC: the host (a libvirt domain of a private libvirtd), its PCIe service and its BMC. libvirtd lives in
/// the SoC's network namespace, so that the host's NICs end as representors on the DPU.
/// </summary>
public sealed class NodeEmulators
{
    private readonly TestbedPaths paths;
    private readonly EmulatedNode node;
    private readonly NodeAddresses addresses;
    private readonly NodePaths files;

    public NodeEmulators(TestbedPaths paths, EmulatedNode node, int index)
    {
        this.paths = paths;
        this.node = node;
        addresses = AddressPlan.Node(index);
        files = paths.Node(node.Name);
        Libvirtd = Service("libvirtd");
        Host = Service("host");
        Bmc = Service("bmc");
    }

    public RunitService Libvirtd { get; }
    public RunitService Host { get; }
    public RunitService Bmc { get; }

    public string LibvirtUri => new PrivateLibvirtd(files.Libvirt).Uri;

    public void MakeDirectories()
    {
        foreach (var directory in new[]
        {
            Path.GetDirectoryName(files.PcieSocket)!, Path.GetDirectoryName(files.IpmiSocket)!, files.VhostDirectory,
            files.Libvirt, files.BmcState, files.HostState, files.SocLogs,
        })
            Directory.CreateDirectory(directory);
    }

    /// <param name="socProcessId">First process of the SoC, whose network namespace libvirtd joins.</param>
    public async Task StartAsync(
        ControlPlane plane, int socProcessId, string accelerator, TestbedSecrets secrets, CancellationToken token)
    {
        var daemon = new PrivateLibvirtd(files.Libvirt, $"/proc/{socProcessId}/ns/net");
        daemon.Prepare();
        await Libvirtd.StartAsync(daemon.CommandLine(), plane.Environment(), token);
        await Wait.UntilAsync($"libvirtd of {node.Name}", TimeSpan.FromSeconds(20), _ => Task.FromResult(File.Exists(daemon.Socket)), token);

        await Host.StartAsync(Programs.Own.Command(
            "Lab.Emulators.Host",
            "--libvirt", daemon.Uri,
            "--name", node.Name,
            "--vcpus", node.HostVcpus.ToString(CultureInfo.InvariantCulture),
            "--memory-mib", (node.HostMemoryBytes >> 20).ToString(CultureInfo.InvariantCulture),
            "--accel", accelerator,
            "--pcie-socket", files.PcieSocket,
            "--vhost-dir", files.VhostDirectory,
            "--console-socket", files.ConsoleSocket,
            "--state-dir", files.HostState), plane.Environment(), token);
        await Wait.UntilAsync($"the PCIe service of {node.Name}", TimeSpan.FromSeconds(30), _ => Task.FromResult(File.Exists(files.PcieSocket)), token);

        var environment = plane.Environment();
        foreach (var (name, value) in secrets.ForBmc())
            environment[name] = value;
        await Bmc.StartAsync(plane.InNamespace(Programs.Own.Command(
            "Lab.Emulators.Bmc",
            "--libvirt", daemon.Uri,
            "--domain", node.Name,
            "--listen", $"{addresses.Bmc}:{AddressPlan.RedfishPort}",
            "--ipmi", $"{addresses.Bmc}:{AddressPlan.IpmiPort}",
            "--sideband", $"{addresses.SidebandBmc}:{AddressPlan.RedfishPort}",
            "--console-socket", files.ConsoleSocket,
            "--ipmi-socket", files.IpmiSocket,
            "--state-dir", files.BmcState)), environment, token);
    }

    private RunitService Service(string role) => new(paths.Service($"{node.Name}-{role}"), paths.LogOf($"{node.Name}-{role}"));
}
