using Lab.Contracts.Runs;
using Lab.Reports.Comparison;
using Lab.Reports.Gates;

namespace Lab.Reports.Tests.Gates;

public sealed class GateCheckTests : RunsFixture
{
    private RunRecord Run(double typical, double baseline = 1, int failures = 0)
    {
        using var run = new SyntheticRun(Runs);
        run.Values("boot.total", Units.Second, Better.Lower, SampleRole.Subject, SyntheticRun.Map(), Spread(typical))
            .Values("boot.total", Units.Second, Better.Lower, SampleRole.Baseline, SyntheticRun.Map(), Spread(baseline))
            .Values("disk.iops", Units.OperationPerSecond, Better.Higher, SampleRole.Subject, SyntheticRun.Map(("workload", "randread")), Spread(1000 / typical));
        for (var i = 0; i < failures; i++)
            run.Failed("boot.total", Units.Second, Better.Lower, 60);
        run.Complete();
        return RunReader.Read(run.Directory);
    }

    private static double[] Spread(double typical) => [.. Enumerable.Range(-12, 25).Select(i => typical * (1 + i * 0.001))];

    private static GateResult Check(string rule, RunRecord run, RunComparison? change = null) =>
        Assert.Single(GateCheck.Of(GateFile.Parse($"gates: [{rule}]", "t.yaml"), [run], change));

    [Theory]
    [InlineData("{metric: boot.total, ratio: {max: 1.4}}", GateVerdict.Pass)]
    [InlineData("{metric: boot.total, ratio: {max: 1.1}}", GateVerdict.Fail)]
    [InlineData("{metric: boot.total, median: {max: 1300ms}}", GateVerdict.Pass)]
    [InlineData("{metric: boot.total, median: {max: 1100ms}}", GateVerdict.Fail)]
    [InlineData("{metric: boot.total, median: {min: 1300ms}}", GateVerdict.Fail)]
    [InlineData("{metric: boot.total, p95: {max: 1.25 s}}", GateVerdict.Pass)]
    [InlineData("{metric: boot.total, median: {max: 5 iops}}", GateVerdict.Fail)]
    [InlineData("{metric: \"disk.*\", where: {workload: randread}, median: {min: 800}}", GateVerdict.Pass)]
    [InlineData("{metric: \"disk.*\", ratio: {min: 0.5}}", GateVerdict.Fail)]
    [InlineData("{metric: \"disk.*\", where: {workload: write}, median: {min: 800}}", GateVerdict.Fail)]
    [InlineData("{metric: boot.total, failures: {max: 1}}", GateVerdict.Fail)]
    [InlineData("{metric: boot.total, failures: {max: 2}}", GateVerdict.Pass)]
    public void Limit_OnARun_HoldsOrNot(string rule, GateVerdict verdict) => Assert.Equal(verdict, Check(rule, Run(1.2, failures: 2)).Verdict);

    [Fact]
    public void Rule_ThatNothingWasMeasuredFor_FailsUnlessItNeedNotBe()
    {
        var run = Run(1);
        Assert.Contains("nothing was measured", Check("{metric: never, median: {max: 1}}", run).Text, StringComparison.Ordinal);
        Assert.Empty(GateCheck.Of(GateFile.Parse("gates: [{metric: never, median: {max: 1}, required: false}]", "t.yaml"), [run]));
    }

    [Theory]
    [InlineData("boot.total", 1.3, "10%", GateVerdict.Fail)]
    [InlineData("boot.total", 1.3, "60%", GateVerdict.Pass)]
    [InlineData("boot.total", 0.7, "10%", GateVerdict.Pass)]
    [InlineData("disk.iops", 1.6, "10%", GateVerdict.Fail)]
    [InlineData("boot.total", 1.1, "10%", GateVerdict.Undecided)]
    public void Change_AgainstReferenceRuns_IsHeldByItsInterval(string metric, double slower, string allowed, GateVerdict verdict)
    {
        var (reference, candidate) = (Run(1), Run(slower));
        Assert.Equal(verdict, Check($"{{metric: {metric}, change: {{max: {allowed}}}}}", candidate, RunComparison.Of([reference], [candidate], noise: new QuietTestbed())).Verdict);
    }

    private sealed class QuietTestbed : ISessionNoise
    {
        public double? Of(string metric, string unit, string label, bool normalised) => 0.01;
    }
}
