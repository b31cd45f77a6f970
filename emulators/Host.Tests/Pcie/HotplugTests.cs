using System.Diagnostics;
using System.Text.Json.Nodes;
using Lab.Emulators.Host.Tests.Testbed;
using Lab.Protocols.JsonRpc;

namespace Lab.Emulators.Host.Tests.Pcie;

/// <summary>
/// One host booted to a Linux shell, which is the judge of what is plugged. Tests run one after the other; each finds the host with
/// its system disk alone.
/// </summary>
public sealed class HotplugTests(HotplugTests.Fixture fixture) : IClassFixture<HotplugTests.Fixture>, IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private readonly HostTestbed bed = fixture.Bed;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        if (!bed.WithDomain(domain => domain.IsActive))
            await BootAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var id in (await bed.ListAsync(Token)).Select(f => f.GetProperty("id").GetString()!).Where(id => id != "sys"))
            await bed.UnplugAsync(id, Token);
    }

    [Fact]
    public async Task Functions_PluggedWhileOffAndWhileOn_AreSeenByTheGuestAndReleased()
    {
        Assert.Equal("cold", fixture.SystemDisk.GetProperty("mechanism").GetString());
        Assert.Equal(0, fixture.SystemDisk.GetProperty("slot").GetInt32());
        Assert.Equal("00:00.0", fixture.SystemDisk.GetProperty("pci_bdf").GetString());

        await bed.AddTapAsync("tap0", Token);
        await ReportAsync("plug disk", "[ -e /sys/block/vdb ]", () => bed.PlugDiskAsync("data", Token));
        await ReportAsync("plug nic", "[ -e /sys/class/net/eth0 ]", () => bed.PlugNicAsync("nic", "tap0", Token));

        var list = await bed.ListAsync(Token);
        Assert.Equal(["sys", "data", "nic"], list.Select(f => f.GetProperty("id").GetString()));
        Assert.All(list, f => Assert.Equal("plugged", f.GetProperty("state").GetString()));
        Assert.All(list, f => Assert.Equal("acpi", f.GetProperty("mechanism").GetString()));
        string[] paths = ["/sys/block/vda/device/..", "/sys/block/vdb/device/..", "/sys/class/net/eth0/device/.."];
        foreach (var (function, path) in list.Zip(paths))
            Assert.Equal(function.GetProperty("pci_bdf").GetString(), await GuestAsync($"basename $(readlink -f {path})"));
        Assert.Equal("02:00:00:00:00:01", await GuestAsync("cat /sys/class/net/eth0/address"));
        Assert.Equal("1450", await GuestAsync("cat /sys/class/net/eth0/mtu"));
        // Offloads are bits 0 (csum), 1 (guest_csum), 7 to 14 (tso and ufo, both ways) of virtio 1.2 §5.1.3.
        var features = await GuestAsync("cat /sys/class/net/eth0/device/features");
        Assert.All(new[] { 0, 1, 7, 8, 9, 10, 11, 12, 13, 14 }, bit => Assert.Equal('0', features[bit]));

        await ReportAsync("unplug nic", "[ ! -e /sys/class/net/eth0 ]", () => bed.UnplugAsync("nic", Token));
        await ReportAsync("unplug disk", "[ ! -e /sys/block/vdb ]", () => bed.UnplugAsync("data", Token));
        Assert.Equal(["sys"], (await bed.ListAsync(Token)).Select(f => f.GetProperty("id").GetString()));

        // A slot is used again at once.
        Assert.Equal(1, (await bed.PlugDiskAsync("data", Token)).GetProperty("slot").GetInt32());
        await SeesDataDiskAsync();
    }

    [Fact]
    public async Task Functions_HostPowerCycled_StayAndSystemDiskBootsFirst()
    {
        await bed.PlugDiskAsync("data", Token);
        bed.PowerOff();
        Assert.Equal(["cold", "cold"], (await bed.ListAsync(Token)).Select(f => f.GetProperty("state").GetString()));
        await BootAsync();
        Assert.Equal("0000:02:00.0", await GuestAsync("basename $(readlink -f /sys/block/vdb/device/..)"));

        // What the last change left a running host with does not hold for one that was switched off since.
        await bed.UnplugAsync("data", Token);
        bed.PowerOff();
        Assert.Equal("cold", (await bed.PlugDiskAsync("data", Token)).GetProperty("mechanism").GetString());
        Assert.Equal(["cold", "cold"], (await bed.ListAsync(Token)).Select(f => f.GetProperty("state").GetString()));
        await BootAsync();
        await SeesDataDiskAsync();
    }

    [Fact]
    public async Task Libvirtd_KilledAndRestarted_FindsTheRunningHostAgain()
    {
        var pid = await QemuPidAsync();
        await bed.Libvirtd.KillAsync();
        Assert.Equal("still", await GuestAsync("echo still"));
        await bed.Libvirtd.StartAsync(Token);
        Assert.True(bed.WithDomain(domain => domain.IsActive));
        Assert.Equal(pid, await QemuPidAsync());
        var plugged = await bed.PlugDiskAsync("data", Token);
        await SeesDataDiskAsync();

        // The emulator keeps no state of its own: killed, it reads everything back.
        var before = await ListTextAsync();
        await bed.Emulator.KillAsync();
        await bed.StartEmulatorAsync(Token);
        Assert.Equal(before, await ListTextAsync());
        Assert.Equal(pid, await QemuPidAsync());

        // Killed between a disk's way into the running host and its way into the definition, it finds the disk too.
        bed.Forget("data");
        Assert.Equal(before, await ListTextAsync());
        Assert.Equal(plugged.GetRawText(), (await bed.PlugDiskAsync("data", Token)).GetRawText());
        bed.PowerOff();
        Assert.Equal(["cold", "cold"], (await bed.ListAsync(Token)).Select(f => f.GetProperty("state").GetString()));
    }

    [Fact]
    public async Task BackEnd_KilledAndRestarted_ServesADiskThatWasPluggedIntoTheRunningHost()
    {
        const string Write = "dd if=/dev/urandom of=/dev/vdb bs=64k count=16 conv=fsync 2>/dev/null && echo 3 > /proc/sys/vm/drop_caches && md5sum < /dev/vdb";
        await bed.PlugDiskAsync("data", Token);
        await SeesDataDiskAsync();
        var written = await GuestAsync(Write);
        await bed.RestartDiskAsync("data", Token);
        Assert.Equal(written, await GuestAsync("echo 3 > /proc/sys/vm/drop_caches; md5sum < /dev/vdb"));

        // The connection goes with the disk: the back end has room for the next host.
        await bed.UnplugAsync("data", Token);
        Assert.Equal(0, (await bed.PlugDiskAsync("data", Token)).GetProperty("slot").GetInt32() - 1);
        await SeesDataDiskAsync();
    }

    [Theory]
    [InlineData("before", 1500)]
    [InlineData("after", 800)]
    public async Task Disk_PluggedWhileTheHostStarts_IsSeenByTheGuest(string bootLoader, int delayMs)
    {
        bed.PowerOff();
        bed.Console.Clear();
        bed.PowerOn();
        if (bootLoader == "after")
            await bed.Console.WaitForAsync("BdsDxe: starting", HostTestbed.BootTime, Token);
        await Task.Delay(TimeSpan.FromMilliseconds(delayMs), TimeProvider.System, Token);
        await bed.PlugDiskAsync("data", Token);
        await bed.Console.WaitForAsync(GuestImage.Ready, HostTestbed.BootTime, Token);
        await SeesDataDiskAsync();
    }

    private async Task<IReadOnlyList<string>> ListTextAsync() => [.. (await bed.ListAsync(Token)).Select(f => f.GetRawText())];

    // Either disk may be vda: Linux names them in the order in which their drivers finish.
    private Task<string> SeesDataDiskAsync() => GuestAsync("until [ $(ls /sys/block | wc -l) = 2 ]; do usleep 10000; done");

    private async Task BootAsync()
    {
        bed.Console.Clear();
        bed.PowerOn();
        await bed.Console.WaitForAsync(GuestImage.Ready, HostTestbed.BootTime, Token);
    }

    private Task<string> GuestAsync(string command) => bed.Console.ShellAsync(command, Limit, Token);

    /// <summary>Does a change while the guest polls for it, and says how long after the call the guest saw it.</summary>
    private async Task ReportAsync(string what, string guestCondition, Func<Task> change)
    {
        bed.Console.Clear();
        await bed.Console.SendAsync($"until {guestCondition}; do usleep 5000; done; echo 'saw''-it'\n", Token);
        var start = Stopwatch.GetTimestamp();
        await change();
        var done = Stopwatch.GetElapsedTime(start);
        await bed.Console.WaitForAsync("saw-it", Limit, Token);
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{what}: call {done.TotalMilliseconds:0} ms, seen {Stopwatch.GetElapsedTime(start).TotalMilliseconds:0} ms");
    }

    private async Task<string> QemuPidAsync() => (await File.ReadAllTextAsync(
        Path.Combine(bed["libvirt"], "qemu", HostTestbed.DomainName + ".pid"), Token)).Trim();

    public sealed class Fixture : IAsyncLifetime
    {
        public HostTestbed Bed { get; private set; } = null!;
        public System.Text.Json.JsonElement SystemDisk { get; private set; }

        public async ValueTask InitializeAsync()
        {
            Bed = await HostTestbed.StartAsync(Token);
            await Bed.AddDiskAsync("sys", await GuestImage.GetAsync(Token), Token);
            await Bed.AddDiskAsync("data", null, Token);
            SystemDisk = await Bed.PlugDiskAsync("sys", Token);
        }

        public ValueTask DisposeAsync() => Bed.DisposeAsync();
    }
}
