using Lab.Contracts.Runs;
using Lab.Harness.Cloud;
using Lab.Scenarios.Fixtures;

namespace Lab.Scenarios.Boot;

/// <summary>A clone takes the same time whatever the volume's size. Baseline: the clone of the smallest.</summary>
public sealed class CloneScenario(LabFixture lab) : Scenario(lab)
{
    private const int SmallGiB = 1;
    private const int LargeGiB = 1024;
    private const int Clones = 10;

    [Fact, Trait("suite", "nightly")]
    public Task Clone_OfLargeVolume_AsFastAsOfSmall() => RunAsync("clone-of-large-volume", "boot", async () =>
    {
        var metric = new MetricRecorder(Record, Lab.Clock, MetricNames.CloneDuration, Units.Second, Better.Lower);
        var small = await SnapshotAsync(SmallGiB);
        var large = await SnapshotAsync(LargeGiB);
        for (var i = 0; i < Clones; i++)
        {
            metric.Baseline(await CloneAsync(small.Snapshot, SmallGiB));
            metric.Subject(await MeasuredAsync(() => CloneAsync(large.Snapshot, LargeGiB), metric));
        }
        foreach (var (volume, snapshot) in new[] { small, large })
        {
            await Testbed.Red.DeleteAsync("volumev3", $"snapshots/{snapshot}", Token);
            await Testbed.Red.WaitForSnapshotGoneAsync(snapshot, Token);
            await Testbed.Red.DeleteVolumeAsync(volume, Token);
        }
    });

    private async Task<(string Volume, string Snapshot)> SnapshotAsync(int sizeGiB)
    {
        var volume = await Testbed.Red.CreateVolumeAsync($"source-{sizeGiB}", sizeGiB, Token);
        return (volume, await Testbed.Red.CreateSnapshotAsync($"source-{sizeGiB}", volume, Token));
    }

    private async Task<double> CloneAsync(string snapshot, int sizeGiB)
    {
        var started = Lab.Clock.GetTimestamp();
        var clone = await Testbed.Red.CreateVolumeAsync("clone", sizeGiB, Token, snapshotId: snapshot);
        var seconds = Lab.Clock.GetElapsedTime(started).TotalSeconds;
        await Testbed.Red.DeleteVolumeAsync(clone, Token);
        return seconds;
    }
}
