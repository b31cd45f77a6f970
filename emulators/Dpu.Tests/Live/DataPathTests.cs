using System.Text;
using System.Text.Json.Nodes;

namespace Lab.Emulators.Dpu.Tests.Live;

public sealed class DataPathTests
{
    [Fact]
    public async Task Volume_OverNbdAndVhostUserBlk_CarriesBytesBothWaysAndSurvivesEveryKill()
    {
        await using var dpu = await LiveDpu.StartAsync();
        await PresentAsync(dpu);
        var socket = dpu.VhostSocket("vblk0.sock");
        await using (var host = new ForeignFrontEnd(socket))
        {
            Assert.Equal(LiveDpu.VolumeBytes.ToString(), await host.AskAsync("size"));
            Assert.Equal("0", await host.AskAsync("write 8 first"));
            Assert.Equal("0 first", await host.AskAsync("read 8"));
        }
        Assert.Equal("first", await ReadVolumeAsync(dpu, 8));

        // The host comes again; then the firmware dies under its I/O, which goes on.
        await using (var host = new ForeignFrontEnd(socket))
        {
            Assert.Equal("0 first", await host.AskAsync("read 8"));
            var before = await SeeAsync(dpu);
            var dataPath = dpu.DataPathId;
            await dpu.KillDpudAsync();
            Assert.Equal("0", await host.AskAsync("write 9 second"));
            await dpu.StartDpudAsync();
            Assert.Equal(dataPath, dpu.DataPathId);
            Assert.Equal(before, await SeeAsync(dpu));
            Assert.Equal("0 second", await host.AskAsync("read 9"));

            // The storage target dies and comes again: a pause, no error.
            await dpu.KillNbdAsync();
            var waiting = host.AskAsync("read 9");
            await dpu.StartNbdAsync();
            Assert.Equal("0 second", await waiting);
        }

        // The data path dies: dpud starts it again with everything, and the host reconnects.
        await dpu.KillDataPathAsync();
        await AssertServedAsync(socket, "0 second", 9);

        // Both die at once, and the storage target is late.
        await dpu.KillDpudAsync();
        await Tool.RunAsync("kill", "-9", $"{dpu.DataPathId}");
        await dpu.KillNbdAsync();
        await dpu.StartDpudAsync();
        Assert.Equal("vol-1", (string?)(await dpu.Spdk.ResultAsync("bdev_get_bdevs"))![0]!["name"]);
        await dpu.StartNbdAsync();
        await AssertServedAsync(socket, "0 second", 9);

        Assert.Equal(0, await dpu.EndDpudAsync());
        await dpu.StartDpudAsync();
        await WithdrawAsync(dpu);
        Assert.False(File.Exists(socket));
        Assert.Equal("[]", (await dpu.Spdk.ResultAsync("bdev_get_bdevs"))!.ToJsonString());
    }

    [Fact]
    public async Task Bdevs_ThatCannotBeOpened_AreRefusedInBoundedTime()
    {
        await using var dpu = await LiveDpu.StartAsync();
        // Nobody listens; there is no such export; somebody listens who never speaks.
        await AssertNbdFailsAsync(dpu, "nbd://127.0.0.1:1/vol");
        await AssertNbdFailsAsync(dpu, "nbd://127.0.0.1:10809/none");
        using var mute = dpu.StartInNamespace("python3", "-c", "import socket,sys\ns=socket.create_server(('127.0.0.1',7))\nprint('up',flush=True)\nsys.stdin.read()");
        Assert.Equal("up", await mute.StandardOutput.ReadLineAsync());
        await AssertNbdFailsAsync(dpu, "nbd://127.0.0.1:7/vol");
        await Tool.KillAsync(mute);
        await dpu.Spdk.AssertErrorAsync(
            -2, "No such file or directory", "bdev_aio_create", new JsonObject { ["name"] = "a", ["filename"] = "/none", ["block_size"] = 512 });
        Assert.Equal("[]", (await dpu.Spdk.ResultAsync("bdev_get_bdevs"))!.ToJsonString());
    }

    [Fact]
    public async Task ConfigDrive_ReadOnlyFile_IsServedAndNotWritten()
    {
        await using var dpu = await LiveDpu.StartAsync();
        var file = dpu.InDirectory("config.img");
        await File.WriteAllBytesAsync(file, Encoding.ASCII.GetBytes("config-2".PadRight(4096, '\0')));
        await dpu.Spdk.ResultAsync("bdev_aio_create", new JsonObject { ["name"] = "cfg-1", ["filename"] = file, ["block_size"] = 512 });
        var vuid = (string?)(await dpu.Spdk.ResultAsync("virtio_blk_function_create"))!["vuid"];
        await dpu.Spdk.ResultAsync("virtio_blk_controller_create", new JsonObject
        {
            ["ctrl"] = "blk-cfg", ["vuid"] = vuid, ["bdev"] = "cfg-1", ["read_only"] = true, ["num_queues"] = 1,
        });
        await using (var host = new ForeignFrontEnd(dpu.VhostSocket("vblk0.sock")))
        {
            Assert.Equal("0 config-2", await host.AskAsync("read 0"));
            Assert.NotEqual("0", await host.AskAsync("write 0 overwritten"));
        }
        Assert.StartsWith("config-2", await File.ReadAllTextAsync(file), StringComparison.Ordinal);
        await dpu.Spdk.AssertErrorAsync(-16, "Device or resource busy", "bdev_aio_delete", new JsonObject { ["name"] = "cfg-1" });
        await dpu.Spdk.ResultAsync("virtio_blk_controller_destroy", new JsonObject { ["ctrl"] = "blk-cfg" });
        Assert.True((bool)(await dpu.Spdk.ResultAsync("bdev_aio_delete", new JsonObject { ["name"] = "cfg-1" }))!);
    }

    [Fact]
    public async Task QosLimit_OfWrites_SlowsTheHostAndIsLifted()
    {
        await using var dpu = await LiveDpu.StartAsync();
        await PresentAsync(dpu);
        await using var host = new ForeignFrontEnd(dpu.VhostSocket("vblk0.sock"));
        var unlimited = await TimeWritesAsync(host);
        await dpu.Spdk.ResultAsync("bdev_set_qos_limit", new JsonObject { ["name"] = "vol-1", ["rw_ios_per_sec"] = 1000, ["w_mbytes_per_sec"] = 1 });
        var limited = await TimeWritesAsync(host, 1500);
        // 1500 requests at 1000/s, less the burst of a tenth of a second.
        Assert.True(limited > TimeSpan.FromSeconds(1.2), $"{limited} limited, {unlimited} for 200 unlimited");
        await dpu.Spdk.ResultAsync("bdev_set_qos_limit", new JsonObject { ["name"] = "vol-1", ["rw_ios_per_sec"] = 0, ["w_mbytes_per_sec"] = 0 });
        var limits = (await dpu.Spdk.ResultAsync("bdev_get_bdevs"))![0]!["assigned_rate_limits"]!;
        Assert.All(limits.AsObject(), l => Assert.Equal(0, (int)l.Value!));
    }

    [Fact]
    public async Task QosLimit_ChangedAndThenFirmwareAndDataPathKilled_StillHolds()
    {
        await using var dpu = await LiveDpu.StartAsync();
        await PresentAsync(dpu);
        await dpu.Spdk.ResultAsync("bdev_set_qos_limit", new JsonObject { ["name"] = "vol-1", ["rw_ios_per_sec"] = 100_000 });
        await dpu.Spdk.ResultAsync("bdev_set_qos_limit", new JsonObject { ["name"] = "vol-1", ["rw_ios_per_sec"] = 1000 });
        await dpu.KillDpudAsync();
        await dpu.StartDpudAsync();
        await AssertLimitedAsync();
        await dpu.KillDataPathAsync();
        await AssertServedAsync(dpu.VhostSocket("vblk0.sock"), "0 first", 8);
        await AssertLimitedAsync();

        async Task AssertLimitedAsync()
        {
            await using var host = new ForeignFrontEnd(dpu.VhostSocket("vblk0.sock"));
            Assert.Equal("0", await host.AskAsync("write 8 first"));
            var took = await TimeWritesAsync(host, 1500);
            Assert.True(took > TimeSpan.FromSeconds(1.2), $"{took}");
        }
    }

    private static async Task<TimeSpan> TimeWritesAsync(ForeignFrontEnd host, int count = 200)
    {
        var start = TimeProvider.System.GetTimestamp();
        Assert.Equal("0", await host.AskAsync($"repeat {count}"));
        return TimeProvider.System.GetElapsedTime(start);
    }

    internal static async Task PresentAsync(LiveDpu dpu)
    {
        await dpu.Spdk.ResultAsync("bdev_nbd_create", new JsonObject { ["name"] = "vol-1", ["url"] = LiveDpu.VolumeUrl });
        await dpu.Spdk.AssertErrorAsync(-17, "File exists", "bdev_nbd_create", new JsonObject { ["name"] = "vol-1", ["url"] = LiveDpu.VolumeUrl });
        var vuid = (string?)(await dpu.Spdk.ResultAsync("virtio_blk_function_create"))!["vuid"];
        await dpu.Spdk.ResultAsync("virtio_blk_controller_create", new JsonObject
        {
            ["ctrl"] = "blk-1", ["vuid"] = vuid, ["bdev"] = "vol-1", ["vblk_id"] = "0123456789abcdef0123", ["num_queues"] = 1, ["read_only"] = false,
        });
        await dpu.Spdk.ResultAsync("virtio_blk_controller_hotplug", new JsonObject { ["ctrl"] = "blk-1", ["wait_for_done"] = true });
        Assert.Single(dpu.Pcie.Slots);
    }

    internal static async Task WithdrawAsync(LiveDpu dpu)
    {
        await dpu.Spdk.ResultAsync("virtio_blk_controller_hotunplug", new JsonObject { ["ctrl"] = "blk-1", ["wait_for_done"] = true });
        await dpu.Spdk.ResultAsync("virtio_blk_controller_destroy", new JsonObject { ["ctrl"] = "blk-1" });
        await dpu.Spdk.ResultAsync("virtio_blk_function_destroy", new JsonObject { ["vuid"] = "MT0001VBLKS1D0F0" });
        await dpu.Spdk.ResultAsync("bdev_nbd_delete", new JsonObject { ["name"] = "vol-1" });
    }

    private static async Task AssertServedAsync(string socket, string expected, int sector) => await Eventually.TrueAsync(
        $"{socket} serves again",
        async () =>
        {
            try
            {
                await using var host = new ForeignFrontEnd(socket);
                return await host.AskAsync($"read {sector}") == expected;
            }
            catch (IOException)
            {
                return false;
            }
        });

    private static async Task AssertNbdFailsAsync(LiveDpu dpu, string url)
    {
        var start = TimeProvider.System.GetTimestamp();
        await dpu.Spdk.AssertErrorAsync(-5, "Input/output error", "bdev_nbd_create", new JsonObject { ["name"] = "n", ["url"] = url });
        Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(8));
    }

    private static async Task<string> SeeAsync(LiveDpu dpu) =>
        (await dpu.Spdk.ResultAsync("bdev_get_bdevs"))!.ToJsonString() + (await dpu.Spdk.ResultAsync("virtio_blk_controller_list"))!.ToJsonString();

    private static async Task<string> ReadVolumeAsync(LiveDpu dpu, int sector)
    {
        await using var file = File.OpenRead(dpu.VolumeFile);
        file.Position = sector * 512;
        var bytes = new byte[512];
        await file.ReadExactlyAsync(bytes);
        return Encoding.ASCII.GetString(bytes).TrimEnd('\0');
    }
}
