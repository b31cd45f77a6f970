using Lab.Contracts.Runs;
using Lab.Reports.Comparison;
using Lab.Reports.Statistics;

namespace Lab.Reports.Tests.Comparison;

public sealed class ComparisonHeadlineTests
{
    private static readonly ArmStatistics Arm = new() { Sessions = 1, Iterations = 1, Failures = 0 };

    private static MetricComparison Metric(string name, Judgement verdict, double? effect, Better better = Better.Lower) => new()
    {
        Metric = name, Unit = Units.Second, Better = better, Label = "", Name = name, A = null, B = null, Normalised = false,
        Judgement = new SeriesJudgement { Series = name, Better = better, Verdict = verdict, Reason = "", Effect = effect, Level = 0.95, Threshold = 0.05, A = Arm, B = Arm },
    };

    private static string Headline(params MetricComparison[] metrics) => ComparisonHeadline.Of(new RunComparison
    {
        A = [], B = [], Differences = [], Verdict = Judgement.Undecided, Reason = "", Metrics = metrics,
    });

    [Fact]
    public void Regressions_AreCountedAndNamed_TheLargestFirst() => Assert.Equal(
        "2 of 4 metrics regressed: slow (+50 %), thin (−20 %); 1 improved, 1 equivalent.",
        Headline(
            Metric("thin", Judgement.Regressed, 0.8, Better.Higher), Metric("same", Judgement.Equivalent, 1), Metric("slow", Judgement.Regressed, 1.5),
            Metric("fast", Judgement.Improved, 0.5), Metric("cpu", Judgement.Undecided, 2, Better.None)));

    [Fact]
    public void Regressions_Many_AreNotAllNamed() => Assert.Equal(
        "5 of 5 metrics regressed: m4 (+60 %), m3 (+50 %), m2 (+40 %) and 2 more.",
        Headline([.. Enumerable.Range(0, 5).Select(i => Metric($"m{i}", Judgement.Regressed, 1.2 + i / 10.0))]));

    [Fact]
    public void Regressions_None_SaysSo() => Assert.Equal(
        "None of 1 metric regressed; 1 undecided.", Headline(Metric("m", Judgement.Undecided, null)));
}
