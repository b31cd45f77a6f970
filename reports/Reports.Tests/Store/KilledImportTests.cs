using Lab.Reports.Store;

namespace Lab.Reports.Tests.Store;

public sealed class KilledImportTests : RunsFixture
{
    private const int Nights = 200;

    [Fact]
    public async Task Import_Killed_LeavesWholeRuns_ThatTheNextCompletes()
    {
        YearOfNights.Write(Runs, Nights, metrics: 100);
        var location = RunStore.DefaultLocation(Runs);
        using var child = StoreChild.Start(Runs);
        await using var store = await RunStore.OpenAsync(location);
        while ((await store.RunsAsync()).Count == 0)
            Assert.False(child.HasExited, "the child ended before it had imported anything");

        child.Kill();
        await child.WaitForExitAsync();
        var left = (await store.RunsAsync()).Count;
        Assert.InRange(left, 1, Nights - 1);
        Assert.All(await store.HistoryAsync(), series => Assert.Equal(left, series.Points.Count));

        var report = await store.ImportAsync([Runs]);
        Assert.Equal((Nights - left, left), (report.Imported, report.Unchanged));
        Assert.All(await store.HistoryAsync(), series => Assert.Equal(Nights, series.Points.Count));
    }
}
