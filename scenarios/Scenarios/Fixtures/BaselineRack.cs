using Lab.Emulators.Host.Definition;
using Lab.Emulators.Host.Libvirtd;
using Lab.Harness.Baseline;
using Lab.Harness.Images;
using Lab.Harness.Launch;
using Lab.Harness.Processes;
using Lab.Harness.Services;
using Lab.Interop.Libvirt;

namespace Lab.Scenarios.Fixtures;

/// <summary>
/// Where baseline hosts run: a private libvirtd in the testbed's namespace, a plain bridge with two taps, and local copies of the
/// probe OS.
/// </summary>
public sealed class BaselineRack : IAsyncDisposable
{
    private const string Bridge = "br-base";
    private static readonly TimeSpan BootLimit = TimeSpan.FromSeconds(60);

    private readonly RunningTestbed testbed;
    private readonly LibvirtConnection libvirt;

    private BaselineRack(RunningTestbed testbed, LibvirtConnection libvirt)
    {
        this.testbed = testbed;
        this.libvirt = libvirt;
    }

    private string Files => testbed.Paths.Under("baseline");

    public static async Task<BaselineRack> StartAsync(RunningTestbed testbed, CancellationToken token)
    {
        var directory = testbed.Paths.Under("baseline");
        Directory.CreateDirectory(directory);
        var daemon = new PrivateLibvirtd(Path.Combine(directory, "libvirt"), testbed.Paths.NetworkNamespacePath);
        daemon.Prepare();
        var service = new RunitService(testbed.Paths.Service("baseline-libvirtd"), testbed.Paths.LogOf("baseline-libvirtd"));
        await service.StartAsync(daemon.CommandLine(), testbed.Plane.Environment(), token);
        await Wait.UntilAsync("libvirtd of the baseline", TimeSpan.FromSeconds(20), _ => Task.FromResult(File.Exists(daemon.Socket)), token);
        var lines = new List<string> { $"link add {Bridge} type bridge stp_state 0 mcast_snooping 0", $"link set {Bridge} up" };
        foreach (var tap in new[] { TapOf(0), TapOf(1), HotPlugTap })
            lines.AddRange([$"tuntap add dev {tap} mode tap", $"link set {tap} master {Bridge} up"]);
        await Tool.RunAsync("ip", ["-n", testbed.Paths.NetworkNamespace, "-batch", "-"], token, string.Join('\n', lines) + "\n");
        return new BaselineRack(testbed, LibvirtConnection.Open(daemon.Uri));
    }

    public static string TapOf(int index) => $"base{index}";

    /// <summary>A tap for the NIC that is plugged and unplugged.</summary>
    public static string HotPlugTap => "base-plug";

    public static string MacOf(int index) => $"52:54:00:ba:5e:{index:x2}";

    /// <summary>Boots a baseline host from a copy of the probe OS and waits for its shell; answers when it said what.</summary>
    public async Task<(BaselineHost Host, BootMarks Marks)> BootAsync(int index, CancellationToken token)
    {
        var node = testbed.Nodes[0];
        var name = $"base{index}";
        var disk = Path.Combine(Files, name + ".raw");
        File.Copy(testbed.ProbeImage, disk, overwrite: true);
        var definition = new HostDefinition
        {
            Name = name,
            Uuid = Guid.NewGuid(),
            Vcpus = node.HostVcpus,
            MemoryMiB = (int)(node.HostMemoryBytes >> 20),
            Accelerator = testbed.Accelerator == "kvm" ? Accelerator.Kvm : Accelerator.Tcg,
            ConsoleSocket = Path.Combine(Files, name + ".sock"),
            NvramFile = Path.Combine(Files, name + "-vars.fd"),
        };
        var host = await BaselineHost.StartAsync(
            libvirt, definition, disk, [new BaselineNic(TapOf(index), MacOf(index))], testbed.Clock, token);
        try
        {
            var ready = await host.Console.WaitForAsync(ProbeImage.Ready, 0, BootLimit, token);
            return (host, await BootMarks.ReadAsync(host.Console, 0, host.StartedAt, ready.At, null, token));
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary><see cref="BootAsync"/> for who does not care how long the boot took.</summary>
    public async Task<BaselineHost> BootHostAsync(int index, CancellationToken token) => (await BootAsync(index, token)).Host;

    /// <summary>Process of the host's QEMU.</summary>
    public int ProcessIdOf(BaselineHost host) => new PrivateLibvirtd(Path.Combine(Files, "libvirt")).DomainProcessId(host.Name);

    /// <summary>A raw file that serves as a local disk.</summary>
    public string CreateDisk(string name, long sizeBytes)
    {
        var path = Path.Combine(Files, name + ".raw");
        using var file = File.Create(path);
        file.SetLength(sizeBytes);
        return path;
    }

    public ValueTask DisposeAsync()
    {
        libvirt.Dispose();
        return ValueTask.CompletedTask;
    }
}
