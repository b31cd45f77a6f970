using System.Text.Json.Nodes;
using Lab.Harness.Processes;

namespace Lab.Harness.Tests.Storage;

/// <summary>What Linux's initiator makes of a controller, a path or a namespace that goes under load, after the nvme group of blktests.</summary>
[Collection(nameof(LinuxNvmeHost))]
public sealed class NvmeRecoveryTests(LinuxNvmeHost host)
{
    private const long VolumeBytes = 64 << 20;
    private const string Reconnecting = "--reconnect-delay 1 --ctrl-loss-tmo 120";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Controller_ResetUnderLoad_GoesOn()
    {
        var (volume, subnqn, device) = await ConnectAsync("reset");
        var controller = await host.ControllerAsync(subnqn);
        var load = await GuestLoad.StartAsync(host, device, volume, seconds: 6);
        for (var i = 0; i < 3; i++)
            await host.RunAsync($"nvme reset /dev/{controller}");
        await load.GoesOnAsync();
        await load.SucceedAsync();
        await host.DisconnectAsync(subnqn);
    }

    [Fact]
    public async Task Controller_DeletedUnderLoad_LeavesNothing()
    {
        var (volume, subnqn, device) = await ConnectAsync("gone");
        var controller = await host.ControllerAsync(subnqn);
        var load = await GuestLoad.StartAsync(host, device, volume, seconds: 6);
        await host.RunAsync($"echo 1 >/sys/class/nvme/{controller}/delete_controller");
        Assert.False(await load.SucceedsAsync());
        await host.RunAsync($"[ ! -e /dev/{device} ]");
        await ConnectionsAsync("gone", none: true);
        var again = await host.ConnectAsync(subnqn);
        await host.RunAsync($"dd if=/dev/zero of=/dev/{again} bs=1M count=8 oflag=direct");
        await host.DisconnectAsync(subnqn);
    }

    [Fact]
    public async Task Abort_OfACommandThatIsNotThere_AbortsNothing()
    {
        var (_, subnqn, device) = await ConnectAsync("abort");
        var controller = await host.ControllerAsync(subnqn);
        // Bit 0 of the result: not aborted.
        Assert.Matches("(?i)result: ?(0x)?0*1\\b", await host.RunAsync($"nvme admin-passthru /dev/{controller} --opcode=0x08 --cdw10=0x00010001 2>&1"));
        await host.RunAsync($"dd if=/dev/{device} of=/dev/null bs=1M count=1 iflag=direct");
        await host.DisconnectAsync(subnqn);
    }

    [Fact]
    public async Task Command_ThatHangsLongerThanTheHostWaits_IsDoneAgain()
    {
        const string timeout = "/sys/module/nvme_core/parameters/io_timeout";
        await host.RunAsync($"cat {timeout} >/tmp/io_timeout; echo 1 >{timeout}");
        try
        {
            var (volume, subnqn, device) = await ConnectAsync("hangs");
            await host.RunAsync("dmesg -c >/dev/null");
            var load = await GuestLoad.StartAsync(host, device, volume, seconds: 6);
            var fault = await SetFaultAsync(new JsonObject
            {
                ["kind"] = "stall", ["volume"] = volume, ["operation"] = "write", ["stall_seconds"] = 4, ["count_max"] = 1,
            });
            await load.SucceedAsync();
            Assert.Equal(1, await CountAsync(fault));
            await host.RunAsync("dmesg | grep -i nvme | grep -qi timeout");
            await host.DisconnectAsync(subnqn);
        }
        finally
        {
            await host.RunAsync($"cat /tmp/io_timeout >{timeout}");
        }
    }

    [Fact]
    public async Task Target_ThatFallsSilent_IsLeftAndFoundAgain()
    {
        var (volume, subnqn, device) = await ConnectAsync("silent", "--keep-alive-tmo 2");
        var controller = await host.ControllerAsync(subnqn);
        var load = await GuestLoad.StartAsync(host, device, volume, seconds: 6);
        await host.StopTargetAsync();
        try
        {
            await host.RunAsync(
                $"for i in $(seq 300); do grep -qE 'connecting|resetting' /sys/class/nvme/{controller}/state && break; sleep 0.1; done; "
                + $"grep -qE 'connecting|resetting' /sys/class/nvme/{controller}/state");
        }
        finally
        {
            await host.ResumeTargetAsync();
        }
        await load.GoesOnAsync();
        await load.SucceedAsync();
        await host.DisconnectAsync(subnqn);
    }

    [Fact]
    public async Task Host_ThatFallsSilent_IsLeftAndComesBack()
    {
        var (volume, subnqn, device) = await ConnectAsync("asleep", "--keep-alive-tmo 2");
        var load = await GuestLoad.StartAsync(host, device, volume, seconds: 6);
        await ConnectionsAsync("asleep", none: false);
        await host.StopGuestAsync();
        try
        {
            await ConnectionsAsync("asleep", none: true);
        }
        finally
        {
            await host.ResumeGuestAsync();
        }
        await load.GoesOnAsync();
        await load.SucceedAsync();
        await host.DisconnectAsync(subnqn);
    }

    [Theory]
    [InlineData("write")]
    [InlineData("read")]
    public async Task Connection_ClosedInTheMiddleOfTransfers_LosesNothing(string operation)
    {
        const int closings = 3;
        var (volume, subnqn, device) = await ConnectAsync("closed-" + operation);
        var fault = await SetFaultAsync(new JsonObject
        {
            ["kind"] = "disconnect", ["volume"] = volume, ["operation"] = operation, ["probability"] = 0.01, ["count_max"] = closings, ["seed"] = 2,
        });
        var load = await GuestLoad.StartAsync(host, device, volume, seconds: 6);
        await load.SucceedAsync();
        Assert.Equal(closings, await CountAsync(fault));
        await host.DisconnectAsync(subnqn);
    }

    [Fact]
    public async Task Namespace_RemovedUnderLoadAndAddedAgain_ComesBackWithItsData()
    {
        const string name = "removed";
        var (volume, subnqn, device) = await ConnectAsync(name);
        var load = await GuestLoad.StartAsync(host, device, volume, seconds: 6);
        // Behind what the load writes.
        await host.RunAsync($"printf lab-was-here | dd of=/dev/{device} bs=4k seek=8192 conv=sync oflag=direct");
        await host.DeleteAsync($"exports/{name}");
        Assert.False(await load.SucceedsAsync());
        await host.RunAsync($"for i in $(seq 100); do [ -e /dev/{device} ] || break; sleep 0.1; done; [ ! -e /dev/{device} ]");
        Assert.Equal(subnqn, await host.ShowAsync(name, volume));
        var again = await host.DeviceAsync(subnqn);
        await host.RunAsync($"dd if=/dev/{again} bs=4k skip=8192 count=1 iflag=direct 2>/dev/null | grep -q lab-was-here");
        await host.DisconnectAsync(subnqn);
    }

    [Fact]
    public async Task Paths_ThatTakeTurnsUnderLoad_LoseNothing()
    {
        var (volume, subnqn, device) = await ConnectAsync("turns");
        await host.ConnectAsync(subnqn, path: 1, more: Reconnecting);
        var load = await GuestLoad.StartAsync(host, device, volume, seconds: 12);
        for (var i = 0; i < 8; i++)
        {
            var (opened, closed) = i % 2 == 0 ? (2, 1) : (1, 2);
            await SetStateAsync(opened, "optimized");
            await SetStateAsync(closed, "inaccessible");
            await host.RunAsync("for i in $(seq 100); do grep -qs inaccessible /sys/block/nvme*c*n*/ana_state && break; sleep 0.1; done");
        }
        await load.GoesOnAsync();
        await load.SucceedAsync();
        await SetStateAsync(1, "optimized");
        await SetStateAsync(2, "non_optimized");
        await host.DisconnectAsync(subnqn);
    }

    [Fact]
    public async Task Target_ThatRefusesConnectionsForAWhile_IsFoundAgain()
    {
        var (volume, subnqn, device) = await ConnectAsync("refusing");
        await host.RunAsync("dmesg -c >/dev/null");
        var load = await GuestLoad.StartAsync(host, device, volume, seconds: 6);
        await host.KillTargetAsync();
        try
        {
            await host.RunAsync(
                "for i in $(seq 300); do dmesg | grep -q 'Failed reconnect attempt 2' && break; sleep 0.1; done; dmesg | grep -q 'Failed reconnect attempt 2'");
        }
        finally
        {
            await host.StartTargetAsync();
        }
        await load.GoesOnAsync();
        await load.SucceedAsync();
        await host.DisconnectAsync(subnqn);
    }

    [Theory]
    [InlineData("data")]
    [InlineData("header")]
    public async Task Pdus_CorruptedOnTheirWay_AreFoundByTheirDigests(string part)
    {
        const int hits = 4;
        var (volume, subnqn, device) = await ConnectAsync("corrupted-" + part, "--hdr-digest --data-digest");
        var fault = await SetFaultAsync(new JsonObject
        {
            ["kind"] = "corrupted_pdu", ["part"] = part, ["volume"] = volume, ["probability"] = 0.05, ["count_max"] = hits, ["seed"] = 4,
        });
        var load = await GuestLoad.StartAsync(host, device, volume, seconds: 4);
        await load.SucceedAsync();
        Assert.Equal(hits, await CountAsync(fault));
        await host.DisconnectAsync(subnqn);
    }

    private async Task<(Guid Volume, string Subnqn, string Device)> ConnectAsync(string name, string more = "")
    {
        var (volume, subnqn) = await host.ExportAsync(name, VolumeBytes);
        return (volume, subnqn, await host.ConnectAsync(subnqn, more: $"{Reconnecting} {more}"));
    }

    private async Task<string> SetFaultAsync(JsonObject rule) => (await host.PostAsync("faults", rule)).GetProperty("id").GetString()!;

    private async Task<int> CountAsync(string fault) => (await host.GetAsync("faults")).GetProperty("faults").EnumerateArray()
        .Single(one => one.GetProperty("id").GetString() == fault).GetProperty("count").GetInt32();

    private Task ConnectionsAsync(string export, bool none) => Wait.UntilAsync(
        none ? "no connection" : "connections", Patience,
        async _ => (await host.GetAsync($"exports/{export}")).GetProperty("connections").GetInt32() == 0 == none, Token);

    private Task SetStateAsync(int port, string state) => host.PostAsync($"nvme/ports/{port}/state", new JsonObject { ["state"] = state });
}
