using System.Globalization;
using System.Xml.Linq;
using Lab.Harness.Launch;
using Lab.Harness.Processes;
using Lab.Harness.Services;

namespace Lab.Harness.Baseline;

/// <summary>
/// A disk that qemu-storage-daemon shows over vhost-user-blk, from a volume of a storage target over NBD: a data path of QEMU's own, which
/// the card's is measured beside. Target and daemon run in the testbed's namespace for as long as the disk is there.
/// </summary>
public sealed class StorageDaemonDisk : IAsyncDisposable
{
    private const string Volume = "daemon";
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(20);

    private readonly RunitService target;
    private readonly RunitService daemon;
    private readonly string directory;

    private StorageDaemonDisk(TestbedPaths paths, string directory)
    {
        this.directory = directory;
        target = new RunitService(paths.Service("baseline-storage"), paths.LogOf("baseline-storage"));
        daemon = new RunitService(paths.Service("baseline-daemon"), paths.LogOf("baseline-daemon"));
    }

    private string Socket => Path.Combine(directory, "vhost.sock");

    public static async Task<StorageDaemonDisk> StartAsync(RunningTestbed testbed, int sizeGiB, CancellationToken token)
    {
        var directory = testbed.Paths.Under("baseline", "daemon");
        var pool = Directory.CreateDirectory(Path.Combine(directory, "pool")).FullName;
        var disk = new StorageDaemonDisk(testbed.Paths, directory);
        try
        {
            var size = sizeGiB.ToString(CultureInfo.InvariantCulture);
            var nbd = $"127.0.0.1:{AddressPlan.NbdPort.ToString(CultureInfo.InvariantCulture)}";
            await disk.target.StartAsync(testbed.Plane.InNamespace([
                Programs.DotnetHost, Path.Combine(Programs.Own.DirectoryOf("Lab.Cli"), "lab.dll"),
                "emulate", "storage", "--pool", pool, "--volume", $"{Volume}:{size}GiB", "--nbd", nbd,
            ]), testbed.Plane.Environment(), token);
            // The daemon ends when there is no target yet, and its supervisor starts it again.
            await disk.daemon.StartAsync(testbed.Plane.InNamespace([
                "qemu-storage-daemon",
                "--blockdev", $"driver=nbd,node-name=volume,server.type=inet,server.host=127.0.0.1,server.port={AddressPlan.NbdPort},export={Volume},discard=unmap",
                "--export", $"vhost-user-blk,id=disk,node-name=volume,writable=on,addr.type=unix,addr.path={disk.Socket}",
            ]), testbed.Plane.Environment(), token);
            await Wait.UntilAsync("qemu-storage-daemon of the baseline", StartLimit, _ => Task.FromResult(File.Exists(disk.Socket)), token);
            return disk;
        }
        catch
        {
            await disk.DisposeAsync();
            throw;
        }
    }

    /// <summary>As a device of a baseline host.</summary>
    public XElement Device(string targetName, int slot) => BaselineDevices.VhostUserDisk(Socket, targetName, slot);

    public async ValueTask DisposeAsync()
    {
        await daemon.StopAsync(CancellationToken.None);
        await target.StopAsync(CancellationToken.None);
        if (Directory.Exists(directory))
            Directory.Delete(directory, recursive: true);
    }
}
