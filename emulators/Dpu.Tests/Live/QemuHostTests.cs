using System.Text.Json.Nodes;
using Lab.Protocols.Qmp;

namespace Lab.Emulators.Dpu.Tests.Live;

/// <summary>QEMU as the host: its vhost-user-blk-pci device accepts the export, and comes back after the data path died.</summary>
public sealed class QemuHostTests
{
    [Fact]
    public async Task Device_OfQemu_ConnectsReconnectsAndLetsGo()
    {
        await using var dpu = await LiveDpu.StartAsync();
        await DataPathTests.PresentAsync(dpu);
        var qmpSocket = dpu.InDirectory("host.qmp");
        using var qemu = dpu.StartInNamespace(
            "qemu-system-x86_64", "-S", "-accel", "tcg", "-m", "64", "-nodefaults", "-display", "none",
            "-object", "memory-backend-memfd,id=ram,size=64M,share=on", "-machine", "q35,memory-backend=ram",
            "-qmp", $"unix:{qmpSocket},server=on,wait=off", "-device", "pcie-root-port,id=port1,chassis=1");
        try
        {
            await Eventually.TrueAsync("QEMU serves QMP", () => File.Exists(qmpSocket));
            await using var qmp = await QemuMonitor.ConnectAsync(qmpSocket);
            await qmp.ExecuteAsync("chardev-add", QemuMonitor.SocketBackend(dpu.VhostSocket("vblk0.sock")), default);
            // Realizing reads the export's configuration space: capacity, queues.
            await qmp.ExecuteAsync("device_add", JsonNode.Parse(
                """{"driver":"vhost-user-blk-pci","id":"disk","chardev":"c","bus":"port1","num-queues":1}"""), default);
            Assert.True(await IsConnectedAsync(qmp));

            await dpu.KillDataPathAsync();
            await Eventually.TrueAsync("QEMU lost and found the data path", () => IsConnectedAsync(qmp));
            await dpu.KillDpudAsync();
            await dpu.StartDpudAsync();
            Assert.True(await IsConnectedAsync(qmp));

            // Taking the export away while the host is connected ends the connection.
            await DataPathTests.WithdrawAsync(dpu);
            await Eventually.TrueAsync("QEMU is disconnected", async () => !await IsConnectedAsync(qmp));
        }
        finally
        {
            await Tool.KillAsync(qemu);
        }
    }

    private static async Task<bool> IsConnectedAsync(QmpConnection qmp)
    {
        var chardevs = await qmp.ExecuteAsync("query-chardev", null, default);
        var chardev = chardevs.EnumerateArray().Single(c => c.GetProperty("label").GetString() == "c");
        return !chardev.GetProperty("filename").GetString()!.StartsWith("disconnected:", StringComparison.Ordinal);
    }
}
