using System.Runtime.InteropServices;
using Lab.Emulators.Dpu.Backend;
using Lab.Emulators.Dpu.DataPath;
using Lab.Emulators.Dpu.State;
using Lab.Emulators.Dpu.Tests.DataPath.NvmeTcp;
using Lab.Emulators.Statistics;

namespace Lab.Emulators.Dpu.Tests.DataPath;

public sealed class StatisticsTests
{
    [Fact]
    public async Task Requests_AreCountedAndTimed()
    {
        const int count = 1600;
        await using var target = new ScriptedTarget();
        await using var rig = await InitiatorRig.AttachAsync(target);
        var bdev = new DataPathBdev(
            new Bdev { Name = "b", Kind = BdevKind.Nvme, Uuid = Guid.Empty, BlockSize = 512 }, rig.Device, TimeProvider.System);
        bdev.Device.Record(true);
        await using var io = await ChannelRig.OpenAsync(bdev.Device, rig.Io.Reactor);
        await new RandomLoad(io.Channel, BlockOperation.Read, 4096, 8, 1 << 20).RunAsync(io.Reactor, count);
        Assert.Equal((ulong)count, bdev.Device.Count().NumReadOps);
        Assert.Equal(count * 4096ul, bdev.Device.Count().BytesRead);
        Assert.Equal(0ul, bdev.Device.Count().NumWriteOps);
        Assert.Equal(count, Read(bdev.Device.Histogram!).Sum());
        bdev.Device.Record(false);
        Assert.Null(bdev.Device.Histogram);
    }

    private static long[] Read(LatencyHistogram histogram) =>
        MemoryMarshal.Cast<byte, long>(Convert.FromBase64String(histogram.ToBase64())).ToArray();
}
