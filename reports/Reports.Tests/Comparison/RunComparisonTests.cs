using Lab.Contracts.Runs;
using Lab.Reports.Comparison;
using Lab.Reports.Statistics;

namespace Lab.Reports.Tests.Comparison;

public sealed class RunComparisonTests : RunsFixture
{
    private static readonly IReadOnlyDictionary<string, string> None = SyntheticRun.Map();

    private RunRecord Run(double typical, double? baseline, int failures = 0, Func<RunDescription, RunDescription>? change = null, Action<SyntheticRun>? more = null)
    {
        using var run = new SyntheticRun(Runs, 1, change);
        run.Values("boot.total", Units.Second, Better.Lower, SampleRole.Subject, None, Spread(typical));
        if (baseline is { } value)
            run.Values("boot.total", Units.Second, Better.Lower, SampleRole.Baseline, None, Spread(value));
        for (var i = 0; i < failures; i++)
            run.Failed("boot.total", Units.Second, Better.Lower, 60);
        more?.Invoke(run);
        run.Complete();
        return RunReader.Read(run.Directory);
    }

    private static double[] Spread(double typical) => [.. Enumerable.Range(-12, 25).Select(i => typical * (1 + i * 0.002))];

    [Fact]
    public void Slowdown_BesideASteadyBaseline_IsARegression()
    {
        var comparison = RunComparison.Of(Run(6, 5), Run(12, 5));
        var metric = Assert.Single(comparison.Metrics);
        Assert.Equal((Judgement.Regressed, Judgement.Regressed), (comparison.Verdict, metric.Judgement.Verdict));
        Assert.Equal(2, metric.Judgement.Effect!.Value, 2);
        Assert.Equal((6, 12), (metric.A!.Median, metric.B!.Median));
    }

    [Fact]
    public void Machine_SlowerInOneSession_IsNoSlowerBuild()
    {
        var metric = Assert.Single(RunComparison.Of(Run(6, 5), Run(12, 10)).Metrics);
        Assert.True(metric.Normalised);
        Assert.Equal(1, metric.Judgement.Effect!.Value, 9);
        Assert.NotEqual(Judgement.Regressed, metric.Judgement.Verdict);
    }

    [Fact]
    public void Baseline_InOneOfTheRunsAlone_IsNotUsed()
    {
        var metric = Assert.Single(RunComparison.Of(Run(6, 5), Run(12, null)).Metrics);
        Assert.False(metric.Normalised);
        Assert.Equal(2, metric.Judgement.Effect!.Value, 2);
    }

    [Fact]
    public void Sessions_OfAnArm_AreTakenTogetherEachWithItsOwnBaseline()
    {
        var comparison = RunComparison.Of([Run(6, 5), Run(12, 10)], [Run(3, 2.5), Run(6, 5), Run(60, 50)]);
        var metric = Assert.Single(comparison.Metrics);
        Assert.Equal((2, 3), (metric.Judgement.A.Sessions, metric.Judgement.B.Sessions));
        Assert.Equal(1, metric.Judgement.Effect!.Value, 9);
        Assert.Equal((2, 3), (comparison.A.Count, comparison.B.Count));
    }

    [Fact]
    public void Build_ThatFailsWhereTheOtherDidNot_Regressed()
    {
        var metric = Assert.Single(RunComparison.Of(Run(6, 5), Run(6, 5, failures: 20)).Metrics);
        Assert.Equal(20, metric.Judgement.B.Failures);
        Assert.Equal(Judgement.Regressed, metric.Judgement.Verdict);
    }

    [Fact]
    public void Metric_OfOneArmAlone_IsNamedAndNotJudged()
    {
        var b = Run(6, 5, more: run => run.Values("only.b", Units.Count, Better.None, SampleRole.Subject, None, 1));
        var comparison = RunComparison.Of(Run(6, 5), b);
        Assert.Equal(["only.b"], comparison.OnlyInB);
        Assert.Empty(comparison.OnlyInA);
        Assert.Single(comparison.Metrics);
    }

    [Fact]
    public void Runs_Unlike_AreNotComparedAndTheFieldsNamed()
    {
        var b = Run(5, 4, change: description => description with
        {
            SuiteVersion = "4",
            Testbed = description.Testbed with { Shape = SyntheticRun.Map(("nodes", "4")) },
        });
        var comparison = RunComparison.Of([Run(5, 4)], [Run(5, 4), b]);
        Assert.False(comparison.Comparable);
        Assert.Equal(Judgement.NotComparable, comparison.Verdict);
        Assert.Empty(comparison.Metrics);
        Assert.Contains(new FieldDifference("suite.version", "3", "4"), comparison.Differences);
        Assert.Contains(new FieldDifference("testbed.nodes", "2", "4"), comparison.Differences);
        Assert.Contains(new FieldDifference("testbed.storage.protocol", "nbd", null), comparison.Differences);
    }
}
