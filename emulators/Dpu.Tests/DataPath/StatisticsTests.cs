using System.Runtime.InteropServices;
using Lab.Emulators.Dpu.Backend;
using Lab.Emulators.Dpu.DataPath;
using Lab.Emulators.Dpu.DataPath.Statistics;
using Lab.Emulators.Dpu.State;
using Lab.Emulators.Dpu.Tests.DataPath.NvmeTcp;

namespace Lab.Emulators.Dpu.Tests.DataPath;

public sealed class StatisticsTests
{
    /// <summary>Buckets as SPDK's scripts/histogram.py takes them apart.</summary>
    [Theory]
    [InlineData(0, 0)]
    [InlineData(127, 127)]
    [InlineData(128, 128)]
    [InlineData(255, 255)]
    [InlineData(256, 256)]
    [InlineData(257, 256)]
    [InlineData(1000, (3 * 128) + 122)]
    public void Latency_FallsIntoSpdksBucket(long ticks, int bucket)
    {
        var histogram = new LatencyHistogram(1_000_000_000);
        histogram.Record(ticks);
        var buckets = Read(histogram);
        Assert.Equal(58 * 128, buckets.Length);
        Assert.Equal(bucket, Array.FindIndex(buckets, b => b != 0));
        Assert.Equal(1, buckets.Sum());
    }

    [Fact]
    public async Task Requests_AreCountedAndTheirStagesSampled()
    {
        const int count = 1600;
        await using var target = new ScriptedTarget();
        await using var rig = await InitiatorRig.AttachAsync(target);
        var bdev = new DataPathBdev(
            new Bdev { Name = "b", Kind = BdevKind.Nvme, Uuid = Guid.Empty, BlockSize = 512 }, rig.Device, TimeProvider.System);
        bdev.Record(true);
        await using var io = await ChannelRig.OpenAsync(bdev.Device, rig.Io.Reactor);
        await new RandomLoad(io.Channel, BlockOperation.Read, 4096, 8, 1 << 20).RunAsync(io.Reactor, count);
        Assert.Equal((ulong)count, bdev.Device.Count().NumReadOps);
        Assert.Equal(count * 4096ul, bdev.Device.Count().BytesRead);
        Assert.Equal(0ul, bdev.Device.Count().NumWriteOps);
        Assert.Equal(count, Read(bdev.Device.Histogram!).Sum());
        var stages = bdev.Stages!;
        foreach (var stage in new[] { stages.Queue, stages.Send, stages.Target, stages.Complete })
            Assert.Equal(count / RequestStages.Sampling, Read(stage).Sum());
        bdev.Record(false);
        Assert.Null(bdev.Stages);
    }

    private static long[] Read(LatencyHistogram histogram) =>
        MemoryMarshal.Cast<byte, long>(Convert.FromBase64String(histogram.ToBase64())).ToArray();
}
