using System.Text.Json.Nodes;
using Lab.Emulators.Dpu.Backend;
using Lab.Emulators.Dpu.DataPath.Statistics;
using Lab.Emulators.Dpu.Nvme;
using Lab.Emulators.Dpu.Spdk;

namespace Lab.Emulators.Dpu.Bdevs;

/// <summary>SPDK's bdev_enable_histogram and bdev_get_histogram, for bdevs of the card's own data path; and bdev_get_latency_stages of ours.</summary>
internal sealed class HistogramMethods(DataPathBackend backend)
{
    public void Register(SpdkMethods methods)
    {
        methods.Add("bdev_enable_histogram", SpdkJson.Default.BdevHistogramEnable, EnableAsync);
        methods.Add("bdev_get_histogram", SpdkJson.Default.BdevHistogramGet, GetAsync);
        methods.Add("bdev_get_latency_stages", SpdkJson.Default.BdevHistogramGet, GetStagesAsync);
    }

    private async Task<JsonNode?> EnableAsync(BdevHistogramEnable parameters)
    {
        (await backend.FindAsync(parameters.Name, CancellationToken.None)).Device.Record(parameters.Enable);
        return true;
    }

    private async Task<JsonNode?> GetAsync(BdevHistogramGet parameters)
    {
        var device = (await backend.FindAsync(parameters.Name, CancellationToken.None)).Device;
        var histogram = device.Histogram ?? throw new DpuException(Errno.NoEntry);
        return new JsonObject
        {
            ["histogram"] = histogram.ToBase64(),
            ["tsc_rate"] = histogram.TicksPerSecond,
            ["bucket_shift"] = histogram.BucketShift,
        };
    }

    /// <summary>Always there, from the bdev's creation on: one in "sampling" requests is looked at (<see cref="RequestStages.ToJson"/>).</summary>
    private async Task<JsonNode?> GetStagesAsync(BdevHistogramGet parameters) =>
        (await backend.FindAsync(parameters.Name, CancellationToken.None)).Device.Stages.ToJson();
}
