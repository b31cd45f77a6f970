using Lab.Contracts.Runs;

namespace Lab.Reports.Tests;

public sealed class RunSummaryTests : RunsFixture
{
    private static RunSummary Summarise(SyntheticRun run) => RunSummary.Of(RunReader.Read(run.Directory));

    [Fact]
    public void Metric_WithBaseline_HasItsRatioAndLimit()
    {
        using var run = new SyntheticRun(Runs)
            .Values(MetricNames.BootTotal, Units.Second, Better.Lower, SampleRole.Subject, SyntheticRun.Map(("node", "bm0")), 6, 7, 8)
            .Values(MetricNames.BootTotal, Units.Second, Better.Lower, SampleRole.Baseline, SyntheticRun.Map(), 5, 5, 6);
        var metric = Assert.Single(Summarise(run).Metrics);
        Assert.Equal(7, metric.Subject.Median);
        Assert.Equal(5, metric.Baseline!.Median);
        Assert.Equal(1.4, metric.Ratio!.Value, 12);
        Assert.Equal(1.4, metric.Limit);
        Assert.True(metric.WithinLimit);
    }

    [Fact]
    public void Samples_OfAScenarioInError_StayOutOfTheStatistics()
    {
        using var run = new SyntheticRun(Runs).Result("boot", "Broken", Verdict.Error, "no host");
        var sample = new Sample { Metric = "m", Unit = "s", Better = Better.Lower, Value = 1, T = DateTimeOffset.UnixEpoch, Scenario = "Broken" };
        run.Writer.Add(sample);
        run.Writer.Add(sample with { Scenario = "Whole", Value = 2 });
        var summary = Summarise(run);
        Assert.Equal(1, summary.SamplesLeftOut);
        Assert.Equal(2, Assert.Single(summary.Metrics).Subject.Median);
    }

    [Fact]
    public void Throughput_HasTheCpuOfItsWorkloadBeside()
    {
        var workload = ("workload", "randread");
        using var run = new SyntheticRun(Runs)
            .Values(MetricNames.DiskIops, Units.OperationPerSecond, Better.Higher, SampleRole.Subject, SyntheticRun.Map(workload, ("node", "bm0")), 900)
            .Values(MetricNames.CpuUsed, Units.Core, Better.None, SampleRole.Subject, SyntheticRun.Map(workload, ("of", "soc")), 0.5)
            .Values(MetricNames.CpuUsed, Units.Core, Better.None, SampleRole.Subject, SyntheticRun.Map(("workload", "other"), ("of", "host")), 0.9)
            .Values(MetricNames.CpuUsed, Units.Core, Better.None, SampleRole.Baseline, SyntheticRun.Map(workload, ("of", "host")), 0.8);
        var row = Assert.Single(Summarise(run).Throughput);
        Assert.Equal((0.5, null, null, 0.8), (row.SocCpu, row.HostCpu, row.TargetCpu, row.BaselineHostCpu));
    }

    [Fact]
    public void HotPlug_Stages_AreInTheOrderOfTheCycle()
    {
        using var run = new SyntheticRun(Runs).Nightly();
        Assert.Equal(
            ["hot-plug of disk: seen, first io, removed", "hot-plug of nic: seen, first io, removed"],
            Summarise(run).Stages.Select(breakdown => $"{breakdown.Title}: {string.Join(", ", breakdown.Stages.Select(stage => stage.Name))}"));
    }
}
