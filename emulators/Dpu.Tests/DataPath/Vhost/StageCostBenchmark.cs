using System.Globalization;
using Lab.Emulators.Dpu.Backend;
using Lab.Emulators.Dpu.DataPath;
using Lab.Emulators.Dpu.DataPath.Devices;
using Lab.Emulators.Dpu.DataPath.Qos;
using Lab.Emulators.Dpu.DataPath.Statistics;
using Lab.Emulators.Dpu.DataPath.Vhost;
using Lab.Protocols.VhostUser;

namespace Lab.Emulators.Dpu.Tests.DataPath.Vhost;

/// <summary>
/// What it costs to look at stages: throughput of a ring with sampling over that without, over the fastest device there is, where it costs
/// most. Driver and queue take turns on one thread, so that neither wake-ups nor other processes stand between them.
/// </summary>
public sealed class StageCostBenchmark
{
    private const int Rounds = 1500;

    /// <summary>Shorter than what the scheduler lets a thread run for, so that most turns are not interrupted.</summary>
    private const int BatchesPerTurn = 1000;

    private const int BatchesToWarmUp = 100_000;

    [Theory(Explicit = true)]
    [InlineData(1, 512)]
    [InlineData(5, 512)]
    [InlineData(1, 4096)]
    [InlineData(5, 4096)]
    public async Task Sampling_CostsLessThanTwoPercent(int depth, uint length)
    {
        await using var on = await Ring.StartAsync(isSampled: true);
        await using var off = await Ring.StartAsync(isSampled: false);
        await on.RunAsync(BatchesToWarmUp, depth, length);
        await off.RunAsync(BatchesToWarmUp, depth, length);
        List<double> with = [], without = [];
        for (var i = 0; i < Rounds; i++)
        {
            // A B B A: a machine that gets slower or faster meanwhile does so for both.
            with.Add(await on.RunAsync(BatchesPerTurn, depth, length));
            without.Add(await off.RunAsync(BatchesPerTurn, depth, length));
            without.Add(await off.RunAsync(BatchesPerTurn, depth, length));
            with.Add(await on.RunAsync(BatchesPerTurn, depth, length));
        }
        var ratio = Median(without) / Median(with);
        TestContext.Current.TestOutputHelper!.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{depth} at a time, {length} B: {Median(without) / depth:F0} ns each, throughput with sampling is {ratio:P2} of that without"));
        Assert.True(on.Samples > 2 * Rounds * BatchesPerTurn * depth / StageSampler.Every);
        Assert.Equal(0, off.Samples);
        Assert.True(ratio >= 0.98, $"{ratio:P2}");
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }

    private sealed class Ring(MeasuredDevice device, RingRig rig, VirtQueue queue) : IAsyncDisposable
    {
        public long Samples => (long?)device.Stages.ToJson()["total"]?["count"] ?? 0;

        public static async Task<Ring> StartAsync(bool isSampled)
        {
            var time = TimeProvider.System;
            var device = new MeasuredDevice(new QosDevice(new NullDevice(512, 1 << 20), time), time);
            var rig = new RingRig(isSampled ? device : new Unstaged(device));
            var queue = rig.NewQueue();
            await rig.StartAsync(queue);
            return new Ring(device, rig, queue);
        }

        /// <returns>Nanoseconds of a batch.</returns>
        public async Task<double> RunAsync(int batches, int depth, uint length)
        {
            var took = TimeSpan.Zero;
            await rig.Reactor.RunAsync(() => took = Run(batches, depth, length));
            return took.TotalNanoseconds / batches;
        }

        public async ValueTask DisposeAsync()
        {
            await rig.StopAsync(queue);
            await rig.DisposeAsync();
        }

        private unsafe TimeSpan Run(int batches, int depth, uint length)
        {
            for (var i = 0; i < depth; i++)
                rig.Request((ushort)(i * 3), VirtioBlkType.In, 0, 0x8000, length);
            queue.Process();
            var start = TimeProvider.System.GetTimestamp();
            for (var batch = 0; batch < batches; batch++)
            {
                // The descriptors are still there from the first time.
                for (var i = 0; i < depth; i++)
                    rig.Offer((ushort)(i * 3));
                queue.Process();
            }
            return TimeProvider.System.GetElapsedTime(start);
        }
    }

    /// <summary>The same device, of which the queue does not know that its stages can be looked at.</summary>
    private sealed class Unstaged(IBlockDevice inner) : IBlockDevice
    {
        public uint BlockSize => inner.BlockSize;

        public ulong SizeBytes => inner.SizeBytes;

        public bool IsReadOnly => inner.IsReadOnly;

        public event Action? Resized
        {
            add => inner.Resized += value;
            remove => inner.Resized -= value;
        }

        public IIoChannel OpenChannel(Reactor reactor) => inner.OpenChannel(reactor);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
