using System.Globalization;
using Lab.Harness.Consoles;
using Lab.Harness.Images;
using Lab.Harness.Processes;

namespace Lab.Harness.Tests.Images;

public sealed class ProbeImageTests
{
    private const string NetworkData = """
        {"links": [{"id": "tap1", "type": "phy", "ethernet_mac_address": "52:54:00:AA:00:01", "mtu": 1400, "vif_id": "v"}],
         "networks": [
           {"id": "n0", "type": "ipv4", "link": "tap1", "ip_address": "192.168.5.7", "netmask": "255.255.255.0",
            "routes": [{"network": "0.0.0.0", "netmask": "0.0.0.0", "gateway": "192.168.5.1"}]},
           {"id": "n1", "type": "ipv6", "link": "tap1", "ip_address": "fd00::7", "netmask": "ffff:ffff:ffff:ffff::", "routes": []}],
         "services": [{"type": "dns", "address": "192.168.5.53"}]}
        """;

    private static readonly TimeSpan BootLimit = TimeSpan.FromSeconds(90);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ensure_AskedTwiceAtOnce_GivesOneImageBelowItsLimit()
    {
        var images = await Task.WhenAll(ProbeImage.EnsureAsync(Token), ProbeImage.EnsureAsync(Token));

        Assert.Equal(images[0], images[1]);
        Assert.InRange(new FileInfo(images[0].Path).Length, 1, ProbeImage.SizeBytesMax - 1);
        var table = await Tool.RunAsync("sfdisk", ["--dump", images[0].Path], Token);
        Assert.Contains("label: gpt", table, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Boot_WithConfigDrive_ConfiguresNicsAndServesShell()
    {
        var image = await ProbeImage.EnsureAsync(Token);
        using var drive = await ConfigDrive.CreateAsync(
            """{"uuid": "83679162-1378-4288-a2d4-70e13ec132aa", "name": "a \"b\"", "hostname": "web-1"}""", NetworkData,
            "#!/bin/sh\nhostname > /run/told\n", Token);
        await using var machine = await ProbeMachine.StartAsync(image.Path, drive.Path, Token);

        await SeePhasesAsync(machine.Console);

        Assert.Equal(
            "83679162-1378-4288-a2d4-70e13ec132aa",
            (await machine.Console.WaitForAsync(ProbeImage.Config, 0, BootLimit, Token)).Match.Groups["uuid"].Value);
        Assert.Equal("eth0", await machine.Shell.RunAsync($"lab-nic {ProbeMachine.Mac}", Token));
        var addresses = await machine.Shell.RunAsync("ip -o addr show dev eth0; ip link show dev eth0; ip route", Token);
        Assert.Contains("192.168.5.7/24", addresses, StringComparison.Ordinal);
        Assert.Contains("fd00::7/64", addresses, StringComparison.Ordinal);
        Assert.Contains("mtu 1400", addresses, StringComparison.Ordinal);
        Assert.Contains("default via 192.168.5.1", addresses, StringComparison.Ordinal);
        Assert.Equal("web-1\nnameserver 192.168.5.53", await machine.Shell.RunAsync("cat /run/told /run/resolv.conf", Token));

        await SeePlugAsync(machine);
        await SendsFramesAsync(machine);
        Assert.Equal(3, (await machine.Shell.TryRunAsync("sh -c 'exit 3'", Token)).ExitCode);

        await machine.MonitorAsync("system_powerdown", Token);
        await machine.ExitAsync(Token).WaitAsync(TimeSpan.FromSeconds(20), Token);
    }

    [Fact]
    public async Task Boot_WithoutConfigDrive_ServesShellWithEveryTool()
    {
        var image = await ProbeImage.EnsureAsync(Token);
        await using var machine = await ProbeMachine.StartAsync(image.Path, null, Token);
        await machine.Console.WaitForAsync(ProbeImage.Ready, 0, BootLimit, Token);

        var said = await machine.Shell.RunAsync(
            "fio --version; iperf3 --version; tcpdump --version; nvme version; ethtool --version; ip -V; ss -V; ping -V", Token);

        Assert.DoesNotContain("not found", said, StringComparison.Ordinal);
        Assert.Contains("fio-3", said, StringComparison.Ordinal);
        await machine.Shell.RunAsync("modprobe -a nvme_tcp nbd 8021q vxlan", Token);
        Assert.Contains(
            "\"error\" : 0",
            await machine.Shell.RunAsync(
                "fio --name=r --filename=/dev/vda --readonly --rw=randread --bs=4k --direct=1 --ioengine=libaio --iodepth=4 --number_ios=64 --output-format=json",
                Token),
            StringComparison.Ordinal);
    }

    private static async Task SeePhasesAsync(SerialConsole console)
    {
        var from = 0;
        foreach (var phase in new[] { ProbeImage.Firmware, ProbeImage.BootLoader, ProbeImage.Kernel, ProbeImage.Ready })
            from = (await console.WaitForAsync(phase, from, BootLimit, Token)).End;
    }

    private static async Task SeePlugAsync(ProbeMachine machine)
    {
        var from = machine.Console.Position;
        var waiting = machine.Shell.RunAsync("lab-wait-disk plugged && lab-first-io plugged", Token);
        await machine.Console.WaitForAsync(ProbeImage.Waiting, from, BootLimit, Token);
        await machine.MonitorAsync("device_add virtio-blk-pci,id=plugged,drive=spare,bus=rp4,serial=plugged", Token);
        var said = await waiting + "\n";
        Assert.Equal("seen", ProbeImage.Seen.Match(said).Groups["event"].Value);
        Assert.True(double.Parse(ProbeImage.FirstIo.Match(said).Groups["uptime"].Value, CultureInfo.InvariantCulture) > 0);

        from = machine.Console.Position;
        waiting = machine.Shell.RunAsync("lab-wait-disk-gone plugged", Token);
        await machine.Console.WaitForAsync(ProbeImage.Waiting, from, BootLimit, Token);
        await machine.MonitorAsync("device_del plugged", Token);
        Assert.Equal("gone", ProbeImage.Seen.Match(await waiting + "\n").Groups["event"].Value);
        Assert.Equal(1, (await machine.Shell.TryRunAsync("lab-disk plugged", Token)).ExitCode);
    }

    private static async Task SendsFramesAsync(ProbeMachine machine)
    {
        await machine.Shell.RunAsync("(tcpdump -lnXi eth0 -c 2 ether proto 0x88b5 > /run/seen 2>/run/dumping &); until grep -q listening /run/dumping; do usleep 50000; done", Token);
        await machine.Shell.RunAsync("lab-send-frame eth0 'ff:ff:ff:ff:ff:ff 525400aa0002 88b5 deadbeef' 2", Token);
        var seen = await machine.Shell.RunAsync("until grep -q captured /run/dumping; do usleep 50000; done; cat /run/seen", Token);
        Assert.Equal(2, seen.Split("dead beef").Length - 1);
    }
}
