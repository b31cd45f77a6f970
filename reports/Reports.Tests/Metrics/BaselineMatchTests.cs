using Lab.Contracts.Runs;
using Lab.Reports.Metrics;

namespace Lab.Reports.Tests.Metrics;

public sealed class BaselineMatchTests
{
    private static MetricSeries Series(SampleRole role, string unit, params (string, string)[] dimensions) =>
        new("m", unit, Better.Lower, role, SyntheticRun.Map(dimensions), [1]);

    private static MetricSeries Subject { get; } = Series(SampleRole.Subject, "s", ("device", "disk"), ("node", "bm0"));

    [Fact]
    public void Baseline_OfFewerDimensions_Matches()
    {
        var baseline = Series(SampleRole.Baseline, "s", ("device", "disk"));
        Assert.Same(baseline, BaselineMatch.For(Subject, [Subject, baseline]).Series);
    }

    [Fact]
    public void Baselines_Several_MostSpecificWins()
    {
        var general = Series(SampleRole.Baseline, "s");
        var specific = Series(SampleRole.Baseline, "s", ("device", "disk"));
        Assert.Same(specific, BaselineMatch.For(Subject, [general, specific]).Series);
    }

    [Fact]
    public void Baselines_EquallySpecific_AreAmbiguous()
    {
        var match = BaselineMatch.For(Subject, [Series(SampleRole.Baseline, "s", ("device", "disk")), Series(SampleRole.Baseline, "s", ("node", "bm0"))]);
        Assert.Null(match.Series);
        Assert.Contains("ambiguous", match.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Baselines_OfOtherUnitValueOrExtraDimension_DoNotMatch()
    {
        var match = BaselineMatch.For(Subject,
        [
            Series(SampleRole.Baseline, "ms", ("device", "disk")),
            Series(SampleRole.Baseline, "s", ("device", "nic")),
            Series(SampleRole.Baseline, "s", ("device", "disk"), ("node", "bm0"), ("size", "1")),
            Series(SampleRole.Subject, "s", ("device", "disk")),
        ]);
        Assert.Null(match.Series);
        Assert.Contains("no baseline", match.Reason, StringComparison.Ordinal);
    }
}
