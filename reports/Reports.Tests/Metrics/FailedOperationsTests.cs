using Lab.Contracts.Runs;

namespace Lab.Reports.Tests.Metrics;

public sealed class FailedOperationsTests : RunsFixture
{
    private static Sample Sample(double value, SampleOutcome outcome, SampleRole role = SampleRole.Subject, string metric = "boot.total") => new()
    {
        Metric = metric, Unit = Units.Second, Better = Better.Lower, Role = role, Value = value, Outcome = outcome, T = DateTimeOffset.UnixEpoch,
    };

    private RunSummary Summarise(params Sample[] samples)
    {
        using var run = new SyntheticRun(Runs);
        foreach (var sample in samples)
            run.Writer.Add(sample);
        return RunSummary.Of(RunReader.Read(run.Directory));
    }

    [Fact]
    public void Values_OfFailedOperations_AreCountedAndNotMeasured()
    {
        var metric = Assert.Single(Summarise(Sample(5, SampleOutcome.Ok), Sample(60, SampleOutcome.Failed), Sample(7, SampleOutcome.Ok)).Metrics);
        Assert.Equal((2, 6.0, 1), (metric.Subject.N, metric.Subject.Median, metric.Failures));
    }

    [Fact]
    public void Series_WithoutASuccess_IsNamedAndHasNoSummary()
    {
        var summary = Summarise(Sample(60, SampleOutcome.Failed), Sample(60, SampleOutcome.Failed));
        Assert.Empty(summary.Metrics);
        Assert.Equal(("boot.total", 2), (Assert.Single(summary.NeverMeasured).Metric, summary.NeverMeasured[0].Failures));
    }

    [Fact]
    public void Baseline_WithoutASuccess_GivesNoRatioAndSaysWhy()
    {
        var metric = Assert.Single(Summarise(Sample(5, SampleOutcome.Ok), Sample(60, SampleOutcome.Failed, SampleRole.Baseline)).Metrics);
        Assert.Null(metric.Ratio);
        Assert.Equal("every operation of the baseline failed", metric.NoRatio);
        Assert.Equal(1, metric.BaselineFailures);
    }
}
