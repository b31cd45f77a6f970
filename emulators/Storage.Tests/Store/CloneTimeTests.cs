using System.Diagnostics;
using Lab.Emulators.Storage.Store;

namespace Lab.Emulators.Storage.Tests.Store;

public sealed class CloneTimeTests(ITestOutputHelper output)
{
    private const int Rounds = 9;

    /// <summary>Prints the ratio that the nightly run judges; here it is only kept from being of another order.</summary>
    [Fact]
    public async Task SnapshotAndClone_OneTebibyteAgainstOneGibibyte_TakeTheSameTime()
    {
        using var harness = new StoreHarness();
        var small = await SpreadAsync(harness, 1L << 30);
        var large = await SpreadAsync(harness, 1L << 40);
        var times = new Dictionary<Guid, List<double>> { [small] = [], [large] = [] };
        for (var round = 0; round < Rounds; round++)
            foreach (var origin in new[] { small, large })
            {
                var started = Stopwatch.GetTimestamp();
                harness.Clone(harness.Snapshot(origin));
                times[origin].Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }
        var (smallMs, largeMs) = (Median(times[small]), Median(times[large]));
        output.WriteLine($"snapshot and clone: 1 GiB {smallMs:f2} ms, 1 TiB {largeMs:f2} ms, ratio {largeMs / smallMs:f2}");
        Assert.True(largeMs < 5 * smallMs, $"1 GiB {smallMs} ms, 1 TiB {largeMs} ms");
    }

    /// <summary>A volume with data all over it.</summary>
    private static async Task<Guid> SpreadAsync(StoreHarness harness, long sizeBytes)
    {
        var volume = harness.NewVolume(sizeBytes);
        for (var i = 0; i < 1024; i++)
            await harness.WriteAsync(volume, sizeBytes / 1024 * i, [1]);
        return volume;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
