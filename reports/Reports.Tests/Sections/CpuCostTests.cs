using Lab.Contracts.Runs;
using Lab.Reports.Sections;

namespace Lab.Reports.Tests.Sections;

public sealed class CpuCostTests : RunsFixture
{
    private IReadOnlyList<CpuCost> Costs(string metric, string unit, double subject, double baseline, params (string Of, SampleRole Role, double Cores)[] cpu)
    {
        var workload = ("workload", "w");
        using var run = new SyntheticRun(Runs)
            .Values(metric, unit, Better.Higher, SampleRole.Subject, SyntheticRun.Map(workload), subject)
            .Values(metric, unit, Better.Higher, SampleRole.Baseline, SyntheticRun.Map(workload), baseline);
        foreach (var (of, role, cores) in cpu)
            run.Values(MetricNames.CpuUsed, Units.Core, Better.None, role, SyntheticRun.Map(workload, ("of", of)), cores);
        return CpuCost.Of(RunSummary.Of(RunReader.Read(run.Directory)).Throughput);
    }

    [Fact]
    public void Cost_OfAnOperation_IsCoresOverRate_AndTheGainIsTheBaselinesOverIt()
    {
        var cost = Assert.Single(Costs(MetricNames.DiskIops, Units.OperationPerSecond, 1000, 2000,
            ("host", SampleRole.Subject, 0.25), ("soc", SampleRole.Subject, 0.5), ("target", SampleRole.Subject, 0.25), ("host", SampleRole.Baseline, 1)));
        Assert.Equal((0.00025, 0.0005, 0.00025, 0.0005), (cost.Host!.Value, cost.Soc!.Value, cost.Target!.Value, cost.Baseline!.Value));
        Assert.Equal(2, cost.HostGain!.Value, 12);
        Assert.Equal(0.5, cost.TotalGain!.Value, 12);
        Assert.Equal("I/O", cost.Work);
    }

    [Fact]
    public void Cost_OfBits_IsPerGigabyte()
    {
        var cost = Assert.Single(Costs(MetricNames.NetBandwidth, Units.BitPerSecond, 4e9, 8e9, ("host", SampleRole.Subject, 0.5)));
        Assert.Equal(1, cost.Host!.Value, 12);
        Assert.Equal("GB", cost.Work);
    }

    [Fact]
    public void Total_WithoutAPart_IsNone()
    {
        var cost = Assert.Single(Costs(MetricNames.DiskIops, Units.OperationPerSecond, 1000, 1000, ("host", SampleRole.Subject, 0.5), ("host", SampleRole.Baseline, 0.5)));
        Assert.Equal(1, cost.HostGain);
        Assert.Null(cost.TotalGain);
    }
}
