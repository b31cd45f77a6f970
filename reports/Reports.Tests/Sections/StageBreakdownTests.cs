using Lab.Contracts.Runs;
using Lab.Reports.Sections;

namespace Lab.Reports.Tests.Sections;

public sealed class StageBreakdownTests : RunsFixture
{
    [Fact]
    public void Metric_WithStages_IsABreakdownPerOtherDimensions()
    {
        using var run = new SyntheticRun(Runs);
        foreach (var (stage, node) in new[] { ("map", "bm0"), ("copy", "bm0"), ("map", "bm1") })
            run.Values("migrate.duration", Units.Second, Better.Lower, SampleRole.Subject, SyntheticRun.Map(("stage", stage), ("node", node)), 1);
        run.Values("boot.total", Units.Second, Better.Lower, SampleRole.Subject, SyntheticRun.Map(), 1);
        Assert.Equal(
            ["migrate.duration · node=bm0: copy, map", "migrate.duration · node=bm1: map"],
            RunSummary.Of(RunReader.Read(run.Directory)).Stages.Select(part => $"{part.Title}: {string.Join(", ", part.Stages.Select(stage => stage.Name))}"));
    }

    [Fact]
    public void WarmUp_OfHotPlugs_IsNoStage()
    {
        using var run = new SyntheticRun(Runs)
            .Values(MetricNames.HotPlugWarmUp, Units.Second, Better.Lower, SampleRole.Subject, SyntheticRun.Map(("device", "disk")), 1)
            .Values(MetricNames.HotPlugSeen, Units.Second, Better.Lower, SampleRole.Subject, SyntheticRun.Map(("device", "disk")), 1);
        var part = Assert.Single(RunSummary.Of(RunReader.Read(run.Directory)).Stages);
        Assert.Equal("seen", Assert.Single(part.Stages).Name);
    }
}
