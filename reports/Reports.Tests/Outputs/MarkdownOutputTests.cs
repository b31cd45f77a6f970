using Lab.Contracts.Runs;
using Lab.Reports.Outputs;

namespace Lab.Reports.Tests.Outputs;

public sealed class MarkdownOutputTests : RunsFixture
{
    [Fact]
    public void Summary_OfARun_SaysVerdictsRatiosAndLimits()
    {
        using var run = new SyntheticRun(Runs)
            .Values(MetricNames.BootTotal, Units.Second, Better.Lower, SampleRole.Subject, SyntheticRun.Map(), 9)
            .Values(MetricNames.BootTotal, Units.Second, Better.Lower, SampleRole.Baseline, SyntheticRun.Map(), 6)
            .Result("boot", "Boot", Verdict.Fail, "a | b\n<img src=x>");
        var text = MarkdownOutput.Render(RunSummary.Of(RunReader.Read(run.Directory)));
        Assert.StartsWith("# nightly: 0 passed, 1 failed, 0 errors, 0 skipped\n", text, StringComparison.Ordinal);
        Assert.Contains("| boot.total | 9.00 s | 6.00 s | 1.50 × | 1.50–1.50 | ≤ 1.40 **exceeded** |", text, StringComparison.Ordinal);
        Assert.Contains(@"a \| b &lt;img src=x&gt;", text, StringComparison.Ordinal);
        Assert.Contains("did not finish", text, StringComparison.Ordinal);
    }
}
