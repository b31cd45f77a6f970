using System.Diagnostics;
using System.Net.Sockets;
using Lab.Harness.Consoles;
using Lab.Harness.Processes;

namespace Lab.Harness.Tests.Images;

/// <summary>A q35 machine under plain QEMU with OVMF, disks and one NIC; its console and QEMU monitor.</summary>
internal sealed class ProbeMachine : IAsyncDisposable
{
    public const string Mac = "52:54:00:aa:00:01";

    private readonly DirectoryInfo directory;
    private readonly Process process;

    private ProbeMachine(DirectoryInfo directory, Process process, SerialConsole console)
    {
        this.directory = directory;
        this.process = process;
        Console = console;
        Shell = new GuestShell(console);
    }

    public SerialConsole Console { get; }

    public GuestShell Shell { get; }

    public static async Task<ProbeMachine> StartAsync(
        string image, string? configDrive, CancellationToken token, bool reachesThisMachine = false)
    {
        var directory = Directory.CreateTempSubdirectory("lab-probe-");
        string Private(string name) => Path.Combine(directory.FullName, name);
        File.Copy("/usr/share/OVMF/OVMF_VARS_4M.fd", Private("vars.fd"));
        await Tool.RunAsync("qemu-img", ["create", "-q", "-f", "qcow2", "-F", "raw", "-b", image, Private("disk.qcow2")], token);
        List<string> arguments =
        [
            "-machine", "q35", "-accel", "tcg,thread=multi", "-cpu", "max", "-m", "512", "-nodefaults", "-display", "none",
            "-drive", "if=pflash,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd",
            "-drive", $"if=pflash,format=raw,file={Private("vars.fd")}",
            "-device", "pcie-root-port,id=rp1,chassis=1", "-device", "pcie-root-port,id=rp2,chassis=2",
            "-device", "pcie-root-port,id=rp3,chassis=3", "-device", "pcie-root-port,id=rp4,chassis=4",
            "-drive", $"if=none,id=d0,format=qcow2,file={Private("disk.qcow2")}",
            "-device", "virtio-blk-pci,drive=d0,bus=rp1,bootindex=1,serial=system",
            "-netdev", $"user,id=n0,restrict={(reachesThisMachine ? "off" : "on")}", "-device", $"virtio-net-pci,netdev=n0,bus=rp2,romfile=,mac={Mac}",
            "-chardev", $"socket,id=c0,path={Private("console")},server=on,wait=on", "-serial", "chardev:c0",
            "-chardev", $"socket,id=m0,path={Private("monitor")},server=on,wait=off", "-mon", "chardev=m0,mode=readline",
            "-blockdev", "driver=null-co,node-name=spare,size=1048576,read-zeroes=on",
        ];
        if (configDrive is not null)
        {
            arguments.AddRange(["-drive", $"if=none,id=d1,format=raw,readonly=on,file={configDrive}"]);
            arguments.AddRange(["-device", "virtio-blk-pci,drive=d1,bus=rp3"]);
        }
        var process = Process.Start("qemu-system-x86_64", arguments);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await Wait.UntilAsync("QEMU's console", TimeSpan.FromSeconds(10), async t =>
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(Private("console")), t);
            return true;
        }, token);
        return new ProbeMachine(directory, process, new SerialConsole(new NetworkStream(socket, ownsSocket: true), TimeProvider.System));
    }

    /// <summary>Gives QEMU's monitor one command.</summary>
    public async Task MonitorAsync(string command, CancellationToken token)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(directory.FullName, "monitor")), token);
        await using var monitor = new SerialConsole(new NetworkStream(socket), TimeProvider.System);
        var greeting = await monitor.WaitForAsync(new(@"\(qemu\) "), 0, TimeSpan.FromSeconds(10), token);
        await monitor.WriteAsync(command + "\n", token);
        await monitor.WaitForAsync(new(@"\n\(qemu\) "), greeting.End, TimeSpan.FromSeconds(10), token);
    }

    public Task ExitAsync(CancellationToken token) => process.WaitForExitAsync(token);

    public async ValueTask DisposeAsync()
    {
        Shell.Dispose();
        await Console.DisposeAsync();
        if (!process.HasExited)
            process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        directory.Delete(recursive: true);
    }
}
