using System.Diagnostics;
using System.Text.Json.Nodes;
using Lab.Emulators.Host.Tests.Testbed;
using Lab.Protocols.JsonRpc;

namespace Lab.Emulators.Host.Tests.Pcie;

/// <summary>One host booted to a Linux shell, which is the judge of what is plugged. Tests run one after the other.</summary>
public sealed class HotplugTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private HostTestbed bed = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        bed = await HostTestbed.StartAsync(Token);
        await bed.AddDiskAsync("sys", await GuestImage.GetAsync(Token), Token);
    }

    public ValueTask DisposeAsync() => bed.DisposeAsync();

    [Fact]
    public async Task Functions_PluggedWhileOffAndWhileOn_AreSeenByTheGuestAndReleased()
    {
        var cold = await bed.PlugDiskAsync("sys", Token);
        Assert.Equal("cold", cold.GetProperty("mechanism").GetString());
        Assert.Equal(0, cold.GetProperty("slot").GetInt32());
        Assert.Equal("00:00.0", cold.GetProperty("pci_bdf").GetString());
        var start = Stopwatch.GetTimestamp();
        await BootAsync();
        TestContext.Current.TestOutputHelper!.WriteLine($"boot {Stopwatch.GetElapsedTime(start).TotalSeconds:0.00} s");

        await bed.AddDiskAsync("data", null, Token);
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
        await GuestAsync("until [ -e /sys/block/vdb ]; do usleep 10000; done");
    }

    [Fact]
    public async Task Functions_HostPowerCycled_StayAndSystemDiskBootsFirst()
    {
        await bed.PlugDiskAsync("sys", Token);
        await BootAsync();
        await bed.AddDiskAsync("data", null, Token);
        await bed.PlugDiskAsync("data", Token);
        bed.PowerOff();
        Assert.Equal(["cold", "cold"], (await bed.ListAsync(Token)).Select(f => f.GetProperty("state").GetString()));
        bed.Console.Clear();
        await BootAsync();
        Assert.Equal("0000:02:00.0", await GuestAsync("basename $(readlink -f /sys/block/vdb/device/..)"));
    }

    [Fact]
    public async Task Libvirtd_KilledAndRestarted_FindsTheRunningHostAgain()
    {
        await bed.PlugDiskAsync("sys", Token);
        await BootAsync();
        var pid = await QemuPidAsync();
        await bed.Libvirtd.KillAsync();
        Assert.Equal("still", await GuestAsync("echo still"));
        await bed.Libvirtd.StartAsync(Token);
        Assert.True(bed.WithDomain(domain => domain.IsActive));
        Assert.Equal(pid, await QemuPidAsync());
        await bed.AddDiskAsync("data", null, Token);
        await bed.PlugDiskAsync("data", Token);
        await GuestAsync("until [ -e /sys/block/vdb ]; do usleep 10000; done");
        await bed.UnplugAsync("data", Token);

        // The emulator keeps no state of its own: killed, it reads everything back.
        var before = (await bed.ListAsync(Token)).Select(f => f.GetRawText());
        await bed.Emulator.KillAsync();
        await bed.StartEmulatorAsync(Token);
        Assert.Equal(before, (await bed.ListAsync(Token)).Select(f => f.GetRawText()));
        Assert.Equal(pid, await QemuPidAsync());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2500)]
    [InlineData(4500)]
    [InlineData(6000)]
    public async Task Disk_PluggedWhileTheHostStarts_IsSeenByTheGuest(int delayMs)
    {
        await bed.PlugDiskAsync("sys", Token);
        await bed.AddDiskAsync("data", null, Token);
        bed.PowerOn();
        await Task.Delay(TimeSpan.FromMilliseconds(delayMs), TimeProvider.System, Token);
        await bed.PlugDiskAsync("data", Token);
        await bed.Console.WaitForAsync(GuestImage.Ready, HostTestbed.BootTime, Token);
        await GuestAsync("until [ $(ls /sys/block | wc -l) = 2 ]; do usleep 10000; done");
    }

    [Fact]
    public async Task Unplug_WhileNoGuestAnswers_TimesOutAndKeepsTheFunction()
    {
        await bed.AddDiskAsync("data", null, Token);
        await bed.PlugDiskAsync("data", Token);
        bed.PowerOn();
        var refused = await Assert.ThrowsAsync<JsonRpcException>(() => bed.UnplugAsync("data", Token));
        Assert.Equal(-110, refused.Code);
        var function = Assert.Single(await bed.ListAsync(Token));
        Assert.Equal("unplugging", function.GetProperty("state").GetString());

        bed.PowerOff();
        Assert.Equal("cold", (await bed.UnplugAsync("data", Token)).GetProperty("mechanism").GetString());
        Assert.Empty(await bed.ListAsync(Token));
    }

    private async Task BootAsync()
    {
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
}
