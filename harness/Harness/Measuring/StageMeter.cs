using System.Text.Json.Nodes;
using Lab.Harness.Launch;

namespace Lab.Harness.Measuring;

/// <summary>Reads where the time of a volume's requests goes, from the DPU and from the storage target; both count all the time.</summary>
public sealed class StageMeter
{
    private readonly SocShell soc;
    private readonly StorageControl storage;
    private readonly string bdev;
    private readonly string volume;

    private StageMeter(SocShell soc, StorageControl storage, string bdev, string volume) => (this.soc, this.storage, this.bdev, this.volume) = (soc, storage, bdev, volume);

    /// <param name="volume">Attached to the node's host.</param>
    /// <returns>Null over NBD: its data path is qemu-storage-daemon, which knows no stages.</returns>
    public static async Task<StageMeter?> OfVolumeAsync(RunningTestbed testbed, string node, string volume, CancellationToken token)
    {
        if (!testbed.CardsCarryVolumes)
            return null;
        var soc = testbed.Soc(node);
        var bdevs = await soc.CallDpuAsync("bdev_get_bdevs", null, token);
        var bdev = bdevs.EnumerateArray().Select(one => one.GetProperty("name").GetString()!).FirstOrDefault(name => name.Contains(volume, StringComparison.Ordinal))
            ?? throw new LabException($"the DPU of {node} has no bdev of volume {volume}");
        return new StageMeter(soc, testbed.Storage, bdev, volume);
    }

    public async Task<StageReading> ReadAsync(CancellationToken token) => StageReading.Parse(
        await soc.CallDpuAsync("bdev_get_latency_stages", new JsonObject { ["name"] = bdev }.ToJsonString(), token),
        await storage.GetAsync($"volumes/{volume}/times", token));
}
