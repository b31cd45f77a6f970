using System.Diagnostics;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Lab.Emulators.Dpu.Tests.Live;
using Lab.Harness.Consoles;

namespace Lab.Emulators.Dpu.Tests.Performance;

/// <summary>The probe OS in QEMU without KVM, with disks to measure beside its own.</summary>
internal sealed partial class BenchmarkGuest : IAsyncDisposable
{
    private const string ImageDirectory = "/var/cache/lab/images";

    /// <summary>Its own disk is on the first.</summary>
    private const int RootPorts = 5;

    private static readonly TimeSpan BootLimit = TimeSpan.FromMinutes(3);

    private readonly Process process;
    private readonly SerialConsole console;
    private readonly GuestShell shell;

    private BenchmarkGuest(Process process, SerialConsole console)
    {
        this.process = process;
        this.console = console;
        shell = new GuestShell(console);
    }

    /// <param name="directory">For what belongs to the machine.</param>
    /// <param name="disks">QEMU's arguments; the bus of disk n is "port{n}", counted from 1.</param>
    public static async Task<BenchmarkGuest> StartAsync(string directory, IEnumerable<string> disks)
    {
        var image = new DirectoryInfo(ImageDirectory).GetFiles("probe-*.raw").MaxBy(file => file.LastWriteTimeUtc);
        Assert.True(image is not null, $"{ImageDirectory} has no probe OS: any boot scenario makes it");
        string In(string name) => Path.Combine(directory, name);
        File.Copy("/usr/share/OVMF/OVMF_VARS_4M.fd", In("vars.fd"));
        await Tool.RunAsync("qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", image.FullName, In("system.qcow2"));
        var process = Tool.Start("qemu-system-x86_64",
        [
            "-accel", "tcg,thread=multi", "-cpu", "max", "-m", "512", "-nodefaults", "-display", "none",
            "-object", "memory-backend-memfd,id=ram,size=512M,share=on", "-machine", "q35,memory-backend=ram",
            "-drive", "if=pflash,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd", "-drive", $"if=pflash,format=raw,file={In("vars.fd")}",
            "-chardev", $"socket,id=console,path={In("console")},server=on,wait=on", "-serial", "chardev:console",
            .. Enumerable.Range(0, RootPorts).SelectMany(i => new[] { "-device", $"pcie-root-port,id=port{i},chassis={i + 1}" }),
            "-drive", $"if=none,id=system,format=qcow2,file={In("system.qcow2")}", "-device", "virtio-blk-pci,drive=system,bus=port0,bootindex=1",
            .. disks,
        ]);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await Eventually.TrueAsync("QEMU has a console", () => File.Exists(In("console")) || process.HasExited);
        Assert.False(process.HasExited, process.HasExited ? await process.StandardError.ReadToEndAsync() : "");
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(In("console")));
        var guest = new BenchmarkGuest(process, new SerialConsole(new NetworkStream(socket, ownsSocket: true), TimeProvider.System));
        try
        {
            await guest.console.WaitForAsync(ReadyPattern(), 0, BootLimit, TestContext.Current.CancellationToken);
            return guest;
        }
        catch
        {
            await guest.DisposeAsync();
            throw;
        }
    }

    public Task<string> RunAsync(string command, TimeSpan limit) => shell.RunAsync(command, TestContext.Current.CancellationToken, limit);

    /// <summary>Names such as vdb, in the order of their ports: not every back end can tell a serial number.</summary>
    public async Task<string[]> DisksAsync(int count) =>
        (await RunAsync($"for i in $(seq 2 {count + 1}); do ls /sys/bus/pci/devices/0000:0$i:00.0/virtio*/block; done", BootLimit)).Split('\n');

    public async ValueTask DisposeAsync()
    {
        shell.Dispose();
        await console.DisposeAsync();
        await Tool.KillAsync(process);
        process.Dispose();
    }

    [GeneratedRegex(@"lab-probe: ready uptime=\S+\r?\n")]
    private static partial Regex ReadyPattern();
}
