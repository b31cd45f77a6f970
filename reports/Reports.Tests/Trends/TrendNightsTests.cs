using Lab.Contracts.Runs;
using Lab.Reports.Sections;
using Lab.Reports.Store;
using Lab.Reports.Trends;

namespace Lab.Reports.Tests.Trends;

public sealed class TrendNightsTests
{
    private static readonly DateTimeOffset Evening = new(2026, 3, 1, 23, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Runs_OfOneNight_AreOnePointWithTheirMedian()
    {
        var history = Assert.Single(Of(Point(0, 10), Point(1, 14), Point(3, 11), Point(24, 20)));
        Assert.Equal([(new DateOnly(2026, 3, 2), 11.0, 3), (new DateOnly(2026, 3, 3), 20.0, 1)],
            history.Points.Select(point => (point.Night, point.Value, point.Sessions)));
        Assert.Equal((Nights.Commit(0), Nights.Commit(3)), (history.Points[0].FirstCommit, history.Points[0].LastCommit));
        Assert.False(history.IsRatio);
    }

    [Fact]
    public void Runs_WithABaseline_AreRatios_AndThoseWithoutAreLeftOut()
    {
        var history = Assert.Single(Of(Point(0, 10, baseline: 5), Point(24, 14, baseline: 7), Point(48, 11)));
        Assert.True(history.IsRatio);
        Assert.Equal([2.0, 2.0], history.Points.Select(point => point.Value));
        Assert.Equal(1, history.LeftOut);
    }

    [Fact]
    public void Runs_OfTwoEnvironments_AreTwoPointsOfANight_AndNameTheChange()
    {
        var points = new[] { Point(0, 10), Point(1, 30) with { Fingerprint = "new" }, Point(24, 31) with { Fingerprint = "new", ComparisonHash = "otherhash" } };
        var history = Assert.Single(TrendNights.Of([History(points)], [Run("old", "somehash", "6.1"), Run("new", "somehash", "6.12"), Run("new", "otherhash", "6.12")]));
        Assert.Equal(3, history.Points.Count);
        Assert.Equal(["kernel: 6.1 → 6.12"], history.Points[0].Environment.ChangesTo(history.Points[1].Environment));
        Assert.Equal(["comparison key: somehash → otherhas"], history.Points[1].Environment.ChangesTo(history.Points[2].Environment));
    }

    [Fact]
    public void Runs_ThatMostlyFailed_MakeAFailedNight() =>
        Assert.True(double.IsPositiveInfinity(Assert.Single(Of(Point(0, double.PositiveInfinity, baseline: 5))).Points[0].Value));

    [Theory]
    [InlineData(new[] { 1.0, 2, 3, 4, 5, 6, 7, 8 }, 8, "▁▂▃▄▅▆▇█")]
    [InlineData(new[] { 1.0, 1, 8, 8 }, 2, "▁█")]
    [InlineData(new[] { 5.0, 5, double.PositiveInfinity }, 8, "▅▅✕")]
    public void Sparkline_OfValues_SpansThem(double[] values, int width, string line) => Assert.Equal(line, Sparkline.Of(values, width));

    private static IEnumerable<TrendHistory> Of(params SeriesPoint[] points) => TrendNights.Of([History(points)], []);

    private static SeriesHistory History(params SeriesPoint[] points) =>
        new("nightly", "boot.total", Units.Second, Better.Lower, "", SyntheticRun.Map(), points);

    private static SeriesPoint Point(int hours, double median, double? baseline = null) =>
        new($"run{hours}", Evening.AddHours(hours), Nights.Commit(hours), "somehash", "old", 10, 0, median, median, median, median, baseline);

    private static StoredRun Run(string fingerprint, string hash, string kernel) => new()
    {
        Id = "r", Directory = "/r", Suite = "nightly", StartedAt = Evening, Dirty = false, Testbed = "t", ComparisonHash = hash, Fingerprint = fingerprint,
        Environment = SyntheticRun.Map(("kernel", kernel)), Labels = SyntheticRun.Map(), Verdicts = VerdictCounts.Of([]), Samples = 1, SamplesLeftOut = 0,
        Pinned = false, Checksums = SyntheticRun.Map(),
    };
}
