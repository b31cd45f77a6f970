using Lab.Contracts.Runs;
using Lab.Reports.Statistics;
using Lab.Reports.Statistics.Kernels;
using Lab.Reports.Statistics.SelfTest;

namespace Lab.Reports.Tests.Statistics;

public sealed class FamilyJudgeTests
{
    private static readonly JudgePolicy Policy = new() { Resamples = 200 };

    [Fact]
    public void Series_OneRegressedAmongEquivalent_RegressesTheFamily()
    {
        var family = FamilyJudge.Judge([Pair("a", 1, 1), Pair("b", 1.3, 2), Pair("c", 1, 3)], Policy);
        Assert.Equal((Judgement.Regressed, "Regressed: b · 2."), (family.Verdict, family.Reason));
        Assert.All(family.Series, one => Assert.True(one.Q >= one.P));
        Assert.Empty(family.Metrics);
    }

    [Fact]
    public void Series_ManyWithoutChange_DemoteOneThatIsBarelySure()
    {
        // 5 sessions wholly apart have p = 0.0079; among 30 series, of which it is the least, q is 0.24.
        var pairs = Enumerable.Range(0, 30).Select(i => Pair($"m{i}", i == 0 ? 1.5 : 1, (ulong)i, sessions: 5, cv: i == 0 ? 0.02 : 0.0001)).ToList();
        var alone = FamilyJudge.Judge([pairs[0]], Policy).Series[0];
        Assert.Equal(Judgement.Regressed, alone.Verdict);
        var among = FamilyJudge.Judge(pairs, Policy).Series[0];
        Assert.Equal(Judgement.Undecided, among.Verdict);
        Assert.True(among.Q > Policy.Q);
        Assert.StartsWith("q ", among.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Series_InformativeOnly_TakeNoPart()
    {
        var family = FamilyJudge.Judge([Pair("a", 1, 1), Pair("cpu", 3, 2, better: Better.None)], Policy);
        Assert.Equal(Judgement.Equivalent, family.Verdict);
        Assert.Null(family.Series[1].Q);
    }

    [Fact]
    public void Series_None_AreNotComparable() => Assert.Equal(Judgement.NotComparable, FamilyJudge.Judge([], Policy).Verdict);

    [Fact]
    public void Metric_WhoseSeriesAllMoveALittle_RegressesAsAWhole()
    {
        // 10 % each at a CV of 10 % and five sessions: no series is beyond 5 % for sure, the mean of twelve is.
        var pairs = Enumerable.Range(0, 12).Select(i => Pair("disk.latency", 1.1, (ulong)(100 + i), sessions: 5, cv: 0.10)).ToList();
        var family = FamilyJudge.Judge(pairs, Policy);
        Assert.DoesNotContain(family.Series, one => one.Verdict == Judgement.Regressed);
        var metric = Assert.Single(family.Metrics);
        Assert.Equal((Judgement.Regressed, 12), (metric.Verdict, metric.Series));
        Assert.Equal(1.1, metric.Change, 0.05);
        Assert.Equal(Judgement.Regressed, family.Verdict);
        Assert.StartsWith("Regressed: disk.latency as a whole (+", family.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Metric_WhoseSeriesMoveToBothSides_StaysUndecided()
    {
        var pairs = Enumerable.Range(0, 12).Select(i => Pair("disk.latency", i % 2 == 0 ? 1.08 : 1 / 1.08, (ulong)(100 + i), sessions: 10, cv: 0.08)).ToList();
        Assert.Equal(Judgement.Undecided, Assert.Single(FamilyJudge.Judge(pairs, Policy).Metrics).Verdict);
    }

    [Fact]
    public void Metric_OfSessionsWithOneNoise_IsNotCountedOncePerSeries()
    {
        // All series of a session share its level: relabelling sessions sees that there are ten values an arm and not eighty.
        var random = new SplitMix64(11);
        double[] Levels() => [.. Enumerable.Range(0, 10).Select(_ => 0.1 * NoiseShape.Gauss(ref random))];
        var (levelsA, levelsB) = (Levels(), Levels());
        Arm Of(double[] levels) => Arm.Of(levels.Select(level => new[] { 100 * Math.Exp(level + 0.001 * NoiseShape.Gauss(ref random)) }).ToList());
        var pairs = Enumerable.Range(0, 8).Select(i => new SeriesPair("m", $"m · {i}", Better.Lower, Of(levelsA), Of(levelsB))).ToList();
        Assert.True(Assert.Single(FamilyJudge.Judge(pairs, Policy).Metrics).P > 0.05);
    }

    private static SeriesPair Pair(string metric, double ratio, ulong seed, int sessions = 12, double cv = 0.02, Better better = Better.Lower)
    {
        var random = new SplitMix64(seed);
        double[][] Side(double factor) => [.. Enumerable.Range(0, sessions).Select(_ => new[] { 100 * factor * Math.Exp(cv * NoiseShape.Gauss(ref random)) })];
        var a = Side(1);
        return new SeriesPair(metric, $"{metric} · {seed}", better, Arm.Of(a), Arm.Of(Side(ratio)));
    }
}
