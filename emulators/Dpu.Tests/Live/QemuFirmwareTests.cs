using System.Diagnostics;
using Lab.Emulators.Dpu.Backend;
using Lab.Emulators.Dpu.DataPath;
using Lab.Emulators.Dpu.DataPath.Devices;
using Lab.Emulators.Dpu.DataPath.Statistics;
using Lab.Emulators.Dpu.DataPath.Vhost;
using Lab.Emulators.Dpu.Tests.DataPath;
using Lab.Protocols.Qmp;

namespace Lab.Emulators.Dpu.Tests.Live;

/// <summary>UEFI firmware under QEMU looks for a boot loader on an export: a driver that polls, without event index, and is reset.</summary>
public sealed class QemuFirmwareTests : IAsyncDisposable
{
    private const string Socket = "disk.sock";

    /// <summary>Without KVM the firmware takes some seconds of a core of its own to its first read, and on a busy machine has a part of one.</summary>
    private static readonly TimeSpan BootLimit = TimeSpan.FromMinutes(3);

    private readonly string directory = Directory.CreateTempSubdirectory("vhost-ovmf-").FullName;
    private readonly ReactorGroup reactors = new(1, new TestLog());
    private readonly MeasuredDevice device;
    private readonly SemaphoreSlim resets = new(0);

    public QemuFirmwareTests() => device = new MeasuredDevice(new MallocDevice(In("disk"), 512, 1 << 20), TimeProvider.System);

    public async ValueTask DisposeAsync()
    {
        resets.Dispose();
        await reactors.DisposeAsync();
        await device.DisposeAsync();
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task Firmware_ReadsItsDiskAfterAResetAndAfterTheExportWasGone()
    {
        var server = new VhostServer(directory, reactors, new TestLog());
        var export = Export(server);
        using var qemu = Start();
        try
        {
            await Eventually.TrueAsync("QEMU serves QMP", () => File.Exists(In("qmp.sock")));
            await using var qmp = await QemuMonitor.ConnectAsync(In("qmp.sock"), CountReset);
            await AssertReadsAsync("after power on");
            await ResetAsync(qmp);
            await AssertReadsAsync("after a reset");

            // The export dies under the machine, which connects to the next one by itself.
            await export.DisposeAsync();
            export = Export(server);
            await ResetAsync(qmp);
            await AssertReadsAsync("from the next export");
        }
        finally
        {
            await Tool.KillAsync(qemu);
            await export.DisposeAsync();
        }
    }

    private async Task AssertReadsAsync(string when)
    {
        var before = device.Count().NumReadOps;
        await Eventually.TrueAsync("the firmware reads " + when, BootLimit, () => Task.FromResult(device.Count().NumReadOps >= before + 2));
    }

    /// <summary>QEMU answers before it resets; what the firmware reads until then is not to count as read afterwards.</summary>
    private async Task ResetAsync(QmpConnection qmp)
    {
        await qmp.ExecuteAsync("system_reset", null, default);
        Assert.True(await resets.WaitAsync(BootLimit), "QEMU did not reset");
    }

    private void CountReset(string name)
    {
        if (name == "RESET")
            resets.Release();
    }

    private IAsyncDisposable Export(VhostServer server) => server.Export(device, new BlkExport(Socket, "bdev", false, 1, 512, "serial-1"));

    private Process Start()
    {
        File.Copy("/usr/share/OVMF/OVMF_VARS_4M.fd", In("vars.fd"));
        return Tool.Start(
            "qemu-system-x86_64", "-accel", "tcg", "-m", "256", "-nodefaults", "-display", "none",
            "-object", "memory-backend-memfd,id=ram,size=256M,share=on", "-machine", "q35,memory-backend=ram",
            "-drive", "if=pflash,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd", "-drive", $"if=pflash,format=raw,file={In("vars.fd")}",
            "-qmp", $"unix:{In("qmp.sock")},server=on,wait=off",
            "-chardev", $"socket,id=c,path={In(Socket)},reconnect=1", "-device", "vhost-user-blk-pci,chardev=c,num-queues=1,bootindex=0");
    }

    private string In(string name) => Path.Combine(directory, name);
}
