using Lab.Contracts.Runs;
using Lab.Reports.Comparison;

namespace Lab.Reports.Tests.Comparison;

public sealed class RunComparisonTests : RunsFixture
{
    private static readonly IReadOnlyDictionary<string, string> None = SyntheticRun.Map();

    private SyntheticRun Run(double[] subject, double[] baseline, Func<RunDescription, RunDescription>? change = null) =>
        new SyntheticRun(Runs, 1, change)
            .Values("boot.total", Units.Second, Better.Lower, SampleRole.Subject, None, subject)
            .Values("boot.total", Units.Second, Better.Lower, SampleRole.Baseline, None, baseline);

    private static RunComparison Compare(SyntheticRun a, SyntheticRun b) =>
        RunComparison.Of(RunReader.Read(a.Directory), RunReader.Read(b.Directory));

    [Fact]
    public void Runs_Alike_GiveRatioSpreadAndWhatIsLeftOfItBesideTheBaselines()
    {
        using var a = Run([5, 6, 7], [4, 5, 6]);
        using var b = Run([8, 9, 10], [7.5, 7.5, 7.5]);
        b.Values("only.b", Units.Count, Better.None, SampleRole.Subject, None, 1);
        var comparison = Compare(a, b);
        Assert.True(comparison.Comparable);
        var metric = Assert.Single(comparison.Metrics);
        Assert.Equal(1.5, metric.Ratio!.Value, 12);
        Assert.Equal(8.5 / 6.5, metric.Ratio.Low, 12);
        Assert.Equal(9.5 / 5.5, metric.Ratio.High, 12);
        // 9/7.5 over 6/5: the second machine was slower, the system was not.
        Assert.Equal(1.0, metric.Normalised!.Value, 12);
        Assert.Equal(["only.b"], comparison.OnlyInB);
        Assert.Empty(comparison.OnlyInA);
    }

    [Fact]
    public void Runs_Unlike_AreNotComparedAndTheFieldsNamed()
    {
        using var a = Run([5], [4]);
        using var b = Run([5], [4], description => description with
        {
            SuiteVersion = "4",
            Testbed = description.Testbed with { Shape = SyntheticRun.Map(("nodes", "4")) },
        });
        var comparison = Compare(a, b);
        Assert.False(comparison.Comparable);
        Assert.Empty(comparison.Metrics);
        Assert.Contains(new FieldDifference("suite.version", "3", "4"), comparison.Differences);
        Assert.Contains(new FieldDifference("testbed.nodes", "2", "4"), comparison.Differences);
        Assert.Contains(new FieldDifference("testbed.storage.protocol", "nbd", null), comparison.Differences);
    }
}
