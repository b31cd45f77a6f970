using System.Text.Json.Nodes;
using Lab.Protocols.NvmeTcp;

namespace Lab.Harness.Tests.Storage;

/// <summary>Linux's NVMe/TCP initiator and nvme-cli judge the storage target.</summary>
[Collection(nameof(LinuxNvmeHost))]
public sealed class NvmeTargetTests(LinuxNvmeHost host)
{
    private const long VolumeBytes = 64 << 20;

    [Fact]
    public async Task NvmeCli_AsksForEverything_AndIsAnswered()
    {
        var (volume, subnqn) = await host.ExportAsync("cli", VolumeBytes);
        var discovered = await host.RunAsync($"nvme discover -t tcp -a {LinuxNvmeHost.TargetAddress} -s {host.Ports[0]}");
        Assert.Contains(subnqn, discovered, StringComparison.Ordinal);
        Assert.Contains($"trsvcid: {host.Ports[1]}", discovered, StringComparison.Ordinal);
        var device = await host.ConnectAsync(subnqn);
        var controller = await host.ControllerAsync(subnqn);
        Assert.Contains(subnqn, await host.RunAsync($"nvme id-ctrl /dev/{controller}"), StringComparison.Ordinal);
        Assert.Contains("0x1", await host.RunAsync($"nvme list-ns /dev/{controller}"), StringComparison.Ordinal);
        Assert.Contains($"nsze    : 0x{VolumeBytes / 512:x}", await host.RunAsync($"nvme id-ns /dev/{device}"), StringComparison.Ordinal);
        Assert.Contains(volume.ToString(), await host.RunAsync($"nvme ns-descs /dev/{device}"), StringComparison.Ordinal);
        foreach (var log in new[] { "smart-log", "error-log", "fw-log", "effects-log", "changed-ns-list-log", "ana-log" })
            Assert.True((await host.TryRunAsync($"nvme {log} /dev/{controller}")).ExitCode == 0, log);
        Assert.Contains("Optimized", await host.RunAsync($"nvme ana-log /dev/{controller}"), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(0, (await host.TryRunAsync($"nvme get-feature /dev/{controller} -f 7")).ExitCode);
        await host.DisconnectAsync(subnqn);
    }

    [Theory]
    [InlineData("")]
    [InlineData("--hdr-digest --data-digest")]
    public async Task Fio_WritesAndVerifies(string digests)
    {
        var (_, subnqn) = await host.ExportAsync("fio" + digests.Length, VolumeBytes);
        var device = await host.ConnectAsync(subnqn, more: digests);
        await host.RunAsync(
            $"fio --name=v --filename=/dev/{device} --rw=randwrite --bsrange=512-256k --size=24m --io_size=48m --direct=1 --ioengine=libaio --iodepth=32 "
            + "--verify=crc32c --verify_fatal=1 --norandommap=0 --minimal");
        await host.RunAsync($"blkdiscard /dev/{device} && dd if=/dev/{device} bs=1M iflag=direct 2>/dev/null | tr -d '\\0' | wc -c | grep -qx 0");
        await host.DisconnectAsync(subnqn);
    }

    [Fact]
    public async Task Host_ThatCannotAuthenticateItself_IsNotLetIn()
    {
        // Debian's kernel is built without CONFIG_NVME_AUTH: it is the host that has no secret.
        var (_, subnqn) = await host.ExportAsync("secret", VolumeBytes, DhchapSecret.Format(new byte[32]));
        Assert.NotEqual(0, (await host.TryRunAsync($"nvme connect -t tcp -a {LinuxNvmeHost.TargetAddress} -s {host.Ports[0]} -n {subnqn}")).ExitCode);
    }

    [Fact]
    public async Task Host_ThatIsNotListed_FindsNothing()
    {
        var (_, subnqn) = await host.ExportAsync("listed", VolumeBytes);
        const string Stranger = "--hostnqn nqn.2014-08.org.nvmexpress:uuid:00000000-0000-0000-0000-000000000bad";
        var address = $"-t tcp -a {LinuxNvmeHost.TargetAddress} -s {host.Ports[0]}";
        Assert.DoesNotContain(subnqn, await host.RunAsync($"nvme discover {address} {Stranger}"), StringComparison.Ordinal);
        Assert.NotEqual(0, (await host.TryRunAsync($"nvme connect {address} -n {subnqn} {Stranger}")).ExitCode);
    }

    [Fact]
    public async Task Resize_IsSeenByAConnectedHost()
    {
        var (volume, subnqn) = await host.ExportAsync("resize", VolumeBytes);
        var device = await host.ConnectAsync(subnqn);
        await host.PostAsync($"volumes/{volume}/resize", new JsonObject { ["size_bytes"] = 2 * VolumeBytes });
        await host.RunAsync($"for i in $(seq 100); do grep -qx {2 * VolumeBytes / 512} /sys/block/{device}/size && exit_=0 && break; sleep 0.1; done; [ \"$exit_\" = 0 ]");
        await host.DisconnectAsync(subnqn);
    }

    [Fact]
    public async Task Target_KilledUnderLoad_ComesBackAndNothingIsLost()
    {
        var (_, subnqn) = await host.ExportAsync("killed", VolumeBytes);
        var device = await host.ConnectAsync(subnqn, more: "--reconnect-delay 1 --ctrl-loss-tmo 60");
        await host.RunAsync($"lab-durable write /dev/{device} 7 4096 1 1 1 1 >/tmp/flushed 2>/tmp/failed & sleep 1");
        await host.KillTargetAsync();
        await host.StartTargetAsync();
        await host.RunAsync(
            "n=$(wc -l </tmp/flushed); for i in $(seq 300); do [ $(wc -l </tmp/flushed) -gt $((n + 8)) ] && break; sleep 0.1; done; "
            + "killall lab-durable; wait; cat /tmp/failed; [ ! -s /tmp/failed ] && [ $(wc -l </tmp/flushed) -gt $((n + 8)) ]");
        await host.RunAsync(
            "last() { sed -n \"s/.*writer=$1 generation=//p\" /tmp/flushed | tail -n 1; }; "
            + $"lab-durable verify /dev/{device} 7 4096 $(last 0) $(last 1) $(last 2) $(last 3)");
        await host.DisconnectAsync(subnqn);
    }

    [Fact]
    public async Task Path_Lost_IsReplacedByTheOther()
    {
        var (_, subnqn) = await host.ExportAsync("paths", VolumeBytes);
        var device = await host.ConnectAsync(subnqn);
        await host.ConnectAsync(subnqn, path: 1);
        await host.RunAsync($"dd if=/dev/{device} of=/dev/null bs=1M count=4 iflag=direct");
        await host.PostAsync("nvme/ports/1/state", new JsonObject { ["state"] = "inaccessible" });
        await host.RunAsync($"dd if=/dev/{device} of=/dev/null bs=1M count=4 iflag=direct");
        await host.PostAsync("nvme/ports/2/state", new JsonObject { ["state"] = "optimized" });
        await host.RunAsync($"dd if=/dev/zero of=/dev/{device} bs=1M count=4 oflag=direct");
        await host.PostAsync("nvme/ports/1/state", new JsonObject { ["state"] = "optimized" });
        await host.DisconnectAsync(subnqn);
    }

    [Fact]
    public async Task Reservation_RegisteredAndAcquired_IsReportedAndReleased()
    {
        var (_, subnqn) = await host.ExportAsync("reserved", VolumeBytes);
        var device = await host.ConnectAsync(subnqn);
        await host.RunAsync($"nvme resv-register /dev/{device} -n 1 --nrkey=0x123abc --rrega=0 --cptpl=3");
        await host.RunAsync($"nvme resv-acquire /dev/{device} -n 1 --crkey=0x123abc --rtype=1 --racqa=0");
        var report = await host.RunAsync($"nvme resv-report /dev/{device} -n 1 --eds");
        Assert.Contains("123abc", report, StringComparison.OrdinalIgnoreCase);
        Assert.Matches(@"ptpls\s*:\s*1", report);
        Assert.NotEqual(0, (await host.TryRunAsync($"nvme resv-release /dev/{device} -n 1 --crkey=0x99 --rtype=1 --rrela=0")).ExitCode);
        await host.RunAsync($"nvme resv-release /dev/{device} -n 1 --crkey=0x123abc --rtype=1 --rrela=0");
        await host.RunAsync($"nvme resv-register /dev/{device} -n 1 --crkey=0x123abc --rrega=1");
        await host.DisconnectAsync(subnqn);
    }

    [Fact]
    public async Task Export_Deleted_TakesTheDiskAway()
    {
        var (_, subnqn) = await host.ExportAsync("deleted", VolumeBytes);
        // Linux keeps the disk of a lost controller for ten minutes, unless its namespace is gone.
        var device = await host.ConnectAsync(subnqn);
        await host.DeleteAsync("exports/deleted");
        await host.RunAsync($"for i in $(seq 150); do [ -e /dev/{device} ] || break; sleep 0.1; done; [ ! -e /dev/{device} ]");
        await host.DisconnectAsync(subnqn);
    }
}
