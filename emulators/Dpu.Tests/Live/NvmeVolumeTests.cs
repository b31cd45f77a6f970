using System.Diagnostics;
using System.Text.Json.Nodes;
using Lab.Emulators.Dpu.Tests.Card;
using Lab.Emulators.Dpu.Tests.DataPath.NvmeTcp;
using Lab.Emulators.Dpu.Tests.Wire;

namespace Lab.Emulators.Dpu.Tests.Live;

/// <summary>A cloud volume from the storage target to the host: three programs, with nothing of another project between them.</summary>
public sealed class NvmeVolumeTests
{
    private const string Hostnqn = "nqn.2014-08.org.nvmexpress:uuid:99999999-2222-3333-4444-555555555555";
    private const long VolumeBytes = 8 << 20;

    [Fact]
    public async Task Volume_OverNvmeTcpAndVhostUserBlk_SurvivesEveryKill()
    {
        await using var storage = await StorageProcess.StartAsync(Hostnqn, VolumeBytes);
        await using var dpu = await Firmware.StartAsync();
        await dpu.Spdk.ResultAsync("bdev_nvme_attach_controller", new JsonObject
        {
            ["name"] = "vol-1", ["trtype"] = "tcp", ["traddr"] = "127.0.0.1", ["trsvcid"] = $"{storage.Ports[0]}",
            ["subnqn"] = storage.Subnqn, ["hostnqn"] = Hostnqn, ["ddgst"] = true,
        });
        var vuid = (string?)(await dpu.Spdk.ResultAsync("virtio_blk_function_create"))!["vuid"];
        await dpu.Spdk.ResultAsync("virtio_blk_controller_create", new JsonObject
        {
            ["ctrl"] = "blk-1", ["vuid"] = vuid, ["bdev"] = "vol-1n1", ["vblk_id"] = "0123456789abcdef0123", ["num_queues"] = 1,
        });
        await using (var host = new ForeignFrontEnd(dpu.VhostSocket))
        {
            Assert.Equal($"{VolumeBytes}", await host.AskAsync("size"));
            Assert.Equal("0 0123456789abcdef0123", await host.AskAsync("id"));
            Assert.Equal("0", await host.AskAsync("write 8 first"));
            Assert.Equal("0 first", await host.AskAsync("read 8"));

            // The target dies and comes again: a pause, no error.
            await storage.RestartAsync();
            Assert.Equal("0 first", await host.AskAsync("read 8"));
            Assert.Equal("0", await host.AskAsync("write 9 second"));
            Assert.Equal("0", await host.AskAsync("repeat 200"));
        }
        var counts = (await dpu.Spdk.ResultAsync("bdev_get_iostat", new JsonObject { ["names"] = new JsonArray("vol-1n1") }))!["bdevs"]![0]!;
        Assert.True((int)counts["num_write_ops"]! >= 202, counts.ToJsonString());

        // The firmware dies and comes again with what it knew; the host reconnects.
        var before = (await dpu.Spdk.ResultAsync("virtio_blk_controller_list"))!.ToJsonString();
        await dpu.RestartAsync();
        Assert.Equal(before, (await dpu.Spdk.ResultAsync("virtio_blk_controller_list"))!.ToJsonString());
        await using (var host = new ForeignFrontEnd(dpu.VhostSocket))
            Assert.Equal("0 second", await host.AskAsync("read 9"));

        await storage.ResizeAsync(2 * VolumeBytes);
        await Eventually.TrueAsync("the bdev grows", async () =>
            (long)(await dpu.Spdk.ResultAsync("bdev_get_bdevs"))![0]!["num_blocks"]! == 2 * VolumeBytes / 512);

        await dpu.Spdk.ResultAsync("virtio_blk_controller_destroy", new JsonObject { ["ctrl"] = "blk-1" });
        await dpu.Spdk.ResultAsync("bdev_nvme_detach_controller", new JsonObject { ["name"] = "vol-1" });
        Assert.Equal("[]", (await dpu.Spdk.ResultAsync("bdev_get_bdevs"))!.ToJsonString());
        Assert.False(File.Exists(dpu.VhostSocket));
    }

    [Fact]
    public async Task Firmware_ThatComesBeforeItsTarget_ServesWhenTheTargetComes()
    {
        await using var storage = await StorageProcess.StartAsync(Hostnqn, VolumeBytes);
        await using var dpu = await Firmware.StartAsync();
        await dpu.Spdk.ResultAsync("bdev_nvme_attach_controller", new JsonObject
        {
            ["name"] = "vol-1", ["trtype"] = "tcp", ["traddr"] = "127.0.0.1", ["trsvcid"] = $"{storage.Ports[0]}",
            ["subnqn"] = storage.Subnqn, ["hostnqn"] = Hostnqn,
        });
        var vuid = (string?)(await dpu.Spdk.ResultAsync("virtio_blk_function_create"))!["vuid"];
        await dpu.Spdk.ResultAsync(
            "virtio_blk_controller_create", new JsonObject { ["ctrl"] = "blk-1", ["vuid"] = vuid, ["bdev"] = "vol-1n1", ["num_queues"] = 1 });
        await storage.KillAsync();
        await dpu.RestartAsync();
        await using var host = new ForeignFrontEnd(dpu.VhostSocket);
        Assert.Equal($"{VolumeBytes}", await host.AskAsync("size"));
        var waiting = host.AskAsync("write 8 late");
        Assert.Equal("resetting", (string?)(await dpu.Spdk.ResultAsync("bdev_nvme_get_controllers"))![0]!["ctrlrs"]![0]!["state"]);
        await storage.RestartAsync();
        Assert.Equal("0", await waiting);
        Assert.Equal("0 late", await host.AskAsync("read 8"));
    }

    /// <summary>dpud as a program.</summary>
    private sealed class Firmware : IAsyncDisposable
    {
        private readonly string directory = Directory.CreateTempSubdirectory("dpu-nvme-").FullName;
        private readonly FakePcieServer pcie;
        private Process process = null!;
        private Task<string> log = null!;

        private Firmware() => pcie = new FakePcieServer(In("pcie.sock"));

        public RawClient Spdk { get; private set; } = null!;

        public string VhostSocket => In("vhost/vblk0.sock");

        public static async Task<Firmware> StartAsync()
        {
            var firmware = new Firmware();
            await firmware.RunAsync();
            return firmware;
        }

        /// <summary>kill -9, and a new life.</summary>
        public async Task RestartAsync()
        {
            await EndAsync();
            await RunAsync();
        }

        public async ValueTask DisposeAsync()
        {
            await EndAsync();
            await pcie.DisposeAsync();
            Directory.Delete(directory, recursive: true);
        }

        private async Task EndAsync()
        {
            Spdk.Dispose();
            await Tool.KillAsync(process);
            TestContext.Current.TestOutputHelper?.WriteLine(await log);
        }

        private async Task RunAsync()
        {
            process = Tool.Start(
                "dotnet", Path.Combine(AppContext.BaseDirectory, "Lab.Emulators.Dpu.dll"),
                "--rpc-socket", In("spdk.sock"),
                "--virtnet-socket", In("virtnet.sock"),
                "--pcie-socket", In("pcie.sock"),
                "--vhost-dir", In("vhost"),
                "--state-dir", In("state"),
                "--board-serial", "MT0001");
            log = process.StandardOutput.ReadToEndAsync();
            await Eventually.TrueAsync("dpud serves", TryConnect);
        }

        private bool TryConnect()
        {
            Assert.False(process.HasExited, process.HasExited ? "dpud ended: " + process.StandardError.ReadToEnd() : "");
            try
            {
                Spdk = new RawClient(In("spdk.sock"));
                return true;
            }
            catch (System.Net.Sockets.SocketException)
            {
                return false;
            }
        }

        private string In(string name) => Path.Combine(directory, name);
    }
}
