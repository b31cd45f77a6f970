using System.Text.Json;
using Lab.Contracts.Runs;
using Lab.Reports.Outputs;
using Lab.Reports.Trends;

namespace Lab.Reports.Tests.Trends;

public sealed class TrendJudgeTests
{
    [Fact]
    public void Step_IsNamedWithItsNightAndCommits()
    {
        var series = Nights.Judge(Nights.Points(Nights.Noisy(1, (40, 1), (8, 1.08))));
        var step = Assert.Single(series.Events, change => change.Kind == TrendEventKind.ChangePoint);
        Assert.Equal(Nights.At(40), step.Night);
        Assert.Equal((Nights.Commit(39), Nights.Commit(40)), (step.CommitBefore, step.CommitAfter));
        Assert.Equal(0.08, step.Effect!.Value, 0.01);
        Assert.True(step.P < 1e-6);
        Assert.Equal((TrendDirection.Regressed, TrendState.Stands), (step.Direction, step.State));
        Assert.True(series.Alarming);
    }

    [Theory]
    [InlineData(Better.Lower, TrendDirection.Regressed, true)]
    [InlineData(Better.Higher, TrendDirection.Improved, false)]
    [InlineData(Better.None, TrendDirection.Changed, false)]
    public void Step_Upwards_HasTheDirectionOfItsMetric(Better better, TrendDirection direction, bool alarming)
    {
        var series = Nights.Judge(Nights.Points(Nights.Noisy(1, (40, 1), (8, 1.08))), better);
        Assert.All(series.Events, change => Assert.Equal(direction, change.Direction));
        Assert.Equal(alarming, series.Alarming);
    }

    [Fact]
    public void Step_WithANewEnvironment_IsAResetAndNoEvent()
    {
        var points = Nights.Points(Nights.Noisy(1, (40, 1), (20, 1.2)));
        for (var i = 40; i < points.Length; i++)
            points[i] = points[i] with { Environment = Nights.New };
        var series = Nights.Judge(points);
        Assert.Empty(series.Events);
        var reset = Assert.Single(series.Resets);
        Assert.Equal(Nights.At(40), reset.Night);
        Assert.Equal(["kernel: 6.1 → 6.12"], reset.Changes);
        Assert.InRange(series.Change!.Value, -0.02, 0.02);
    }

    [Fact]
    public void Environments_ThatTakeTurns_AreOneLineEach()
    {
        var slow = Nights.Points(Nights.Noisy(2, (40, 1.5), (8, 1.65)));
        var points = Nights.Points(Nights.Noisy(1, (48, 1))).Zip(slow, (a, b) => a.Night.DayNumber % 2 == 0 ? a : b with { Environment = Nights.New }).ToList();
        var series = Nights.Judge(points);
        Assert.Single(series.Resets);
        var step = Assert.Single(series.Events, change => change.Kind == TrendEventKind.ChangePoint);
        Assert.Equal(0.1, step.Effect!.Value, 0.02);
    }

    [Fact]
    public void Step_NearAnAnnotation_IsExplained()
    {
        var points = Nights.Points(Nights.Noisy(1, (40, 1), (8, 1.08)));
        var series = Nights.Judge(points, Better.Lower,
            new Annotation(Nights.At(39), "kernel upgrade", "boot.*"), new Annotation(Nights.At(40), "new disk", "hotplug.*"));
        Assert.All(series.Events, change => Assert.Equal((TrendState.Explained, "kernel upgrade"), (change.State, change.Explanation)));
        Assert.False(series.Alarming);
        Assert.Single(series.Annotations);
        Assert.True(Nights.Judge(points, Better.Lower, new Annotation(Nights.At(20), "long before", "*")).Alarming);
    }

    [Fact]
    public void Step_ThatWentBack_HasRecovered()
    {
        var series = Nights.Judge(Nights.Points(Nights.Noisy(1, (40, 1), (5, 1.08), (5, 1))));
        Assert.NotEmpty(series.Events);
        Assert.False(series.Alarming);
        Assert.All(series.Events.Where(change => change.Direction == TrendDirection.Regressed), change => Assert.Equal(TrendState.Recovered, change.State));
    }

    [Fact]
    public void Step_OfLongAgo_IsNotRecent() =>
        Assert.False(Nights.Judge(Nights.Points(Nights.Noisy(1, (40, 1), (30, 1.08)))).Alarming);

    [Fact]
    public void Series_ThatEndedBeforeTheOthers_IsNotRecent()
    {
        var stopped = Nights.History(Nights.Points(Nights.Noisy(1, (40, 1), (8, 1.08))));
        Assert.True(TrendReport.Of([stopped], []).Alarming);
        Assert.False(TrendReport.Of([stopped, Nights.History(Nights.Points(Nights.Noisy(2, (90, 1))), metric: "b")], []).Alarming);
    }

    [Fact]
    public void Nights_ThatFailed_AlarmWithoutAValue()
    {
        var series = Nights.Judge(Nights.Points([.. Nights.Noisy(1, (30, 1)), double.PositiveInfinity, double.PositiveInfinity]));
        var alarm = Assert.Single(series.Events);
        Assert.Null(alarm.After);
        Assert.Null(series.Latest);
        Assert.True(alarm.Alarming);
        using var json = JsonDocument.Parse(JsonOutput.Render(series));
        Assert.Equal(JsonValueKind.Number, json.RootElement.GetProperty("points")[0].GetProperty("value").ValueKind);
        Assert.Equal(JsonValueKind.Null, json.RootElement.GetProperty("points")[31].GetProperty("value").ValueKind);
    }

    [Theory]
    [InlineData("2026-03-01T11:59:59Z", "2026-03-01")]
    [InlineData("2026-03-01T12:00:00Z", "2026-03-02")]
    [InlineData("2026-03-02T02:00:00+02:00", "2026-03-02")]
    public void Night_OfATime_EndsAtNoon(string time, string night) =>
        Assert.Equal(DateOnly.Parse(night, null), NightPoint.NightOf(DateTimeOffset.Parse(time, null)));
}
