using Lab.Contracts.Runs;
using Lab.Reports.Outputs;
using Lab.Reports.Statistics;
using Lab.Reports.Statistics.Kernels;
using Lab.Reports.Statistics.SelfTest;

namespace Lab.Reports.Tests.Statistics;

public sealed class SeriesJudgeTests
{
    private static readonly JudgePolicy Policy = new() { Resamples = 400 };

    [Theory]
    [InlineData(1.3, Better.Lower, Judgement.Regressed)]
    [InlineData(1.3, Better.Higher, Judgement.Improved)]
    [InlineData(0.7, Better.Lower, Judgement.Improved)]
    [InlineData(0.7, Better.Higher, Judgement.Regressed)]
    [InlineData(1.3, Better.None, Judgement.Undecided)]
    [InlineData(1.0, Better.Lower, Judgement.Equivalent)]
    [InlineData(1.0, Better.None, Judgement.Equivalent)]
    public void Sessions_OfAnyDirection_AreJudgedByIt(double ratio, Better better, Judgement expected)
    {
        var judgement = Judge(Sessions(20, 3, 0.02, 1, 1), Sessions(20, 3, 0.02, ratio, 2), better);
        Assert.True(judgement.Verdict == expected, judgement.Reason);
        Assert.Equal(IntervalMethod.Bca, judgement.Interval);
        Assert.InRange(judgement.Effect!.Value, judgement.Low!.Value, judgement.High!.Value);
        Assert.Equal(ratio, judgement.Effect.Value, 0.03);
    }

    [Fact]
    public void Sessions_FewerThanTen_TakeTheInversion()
    {
        var judgement = Judge(Sessions(6, 3, 0.02, 1, 1), Sessions(6, 3, 0.02, 1.3, 2));
        Assert.Equal(IntervalMethod.Inversion, judgement.Interval);
        Assert.Equal(Judgement.Regressed, judgement.Verdict);
        Assert.True(judgement.Flags.HasFlag(SeriesFlags.FewReplicates));
        Assert.False(judgement.Flags.HasFlag(SeriesFlags.FewSessions));
    }

    [Fact]
    public void Sessions_TheSameSeed_GiveTheSameInterval()
    {
        var (a, b) = (Sessions(12, 5, 0.05, 1, 1), Sessions(12, 5, 0.05, 1.05, 2));
        Assert.Equal(Judge(a, b), Judge(a, b));
        Assert.NotEqual(Judge(a, b).Low, SeriesJudge.Judge(Pair(a, b), Policy with { Seed = 2 }).Low);
    }

    [Fact]
    public void Iterations_Many_DoNotMakeTwoNightsAReplicate()
    {
        // Two nights 4 % apart, a thousand iterations each: Mann-Whitney over the iterations is sure; nothing was shown.
        var judgement = Judge(Sessions(1, 1000, 0.02, 1, 1), Sessions(1, 1000, 0.02, 1.04, 2), noise: 0.03);
        Assert.True(judgement.Verdict == Judgement.Undecided, judgement.Reason);
        Assert.True(judgement.P > 0.2);
        Assert.Equal(0.06, judgement.Threshold, 12);
    }

    [Fact]
    public void Sessions_FewAndNotCalibrated_AssumeANoise()
    {
        var judgement = Judge(Sessions(1, 40, 0.02, 1, 1), Sessions(1, 40, 0.02, 1.5, 2));
        Assert.True(judgement.Verdict == Judgement.Regressed, judgement.Reason);
        Assert.Equal((null, 0.06), (judgement.Noise, judgement.AssumedNoise));
        Assert.True(judgement.Flags.HasFlag(SeriesFlags.FewSessions | SeriesFlags.NoiseAssumed));
        Assert.False(judgement.ChangeShown);
        Assert.Contains("a noise of 6 % between sessions is assumed", judgement.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Sessions_FewAndScattering_AssumeHalfTheScatter() =>
        Assert.InRange(Judge(Sessions(1, 400, 0.30, 1, 1), Sessions(1, 400, 0.30, 1, 2)).AssumedNoise!.Value, 0.13, 0.17);

    [Fact]
    public void Value_OneASession_IsJudgedByTheNoiseAlone()
    {
        SeriesJudgement Of(double b, double? noise = null) => Judge(Arm.Of([[100.0]]), Arm.Of([[b]]), noise: noise);
        Assert.Equal((Judgement.Undecided, 0.15), (Of(150).Verdict, Of(150).AssumedNoise!.Value));
        Assert.Equal(Judgement.Regressed, Of(300).Verdict);
        Assert.Equal(Judgement.Regressed, Of(150, noise: 0.05).Verdict);
        Assert.Equal(Judgement.Undecided, Of(120, noise: 0.05).Verdict);
    }

    [Fact]
    public void Threshold_IsTheFloorOrTwiceTheNoise()
    {
        var arm = Sessions(10, 1, 0.05, 1, 1);
        Assert.Equal(0.05, Judge(arm, arm).Threshold);
        Assert.Equal(0.05, Judge(arm, arm, noise: 0.01).Threshold);
        Assert.Equal(0.14, Judge(arm, arm, noise: 0.07).Threshold, 12);
        var own = Policy with { FloorByMetric = new Dictionary<string, double> { ["m"] = 0.2 } };
        Assert.Equal(0.2, SeriesJudge.Judge(Pair(arm, arm), own).Threshold);
    }

    [Fact]
    public void Change_ShownButNotWhollyBeyond_IsUndecidedAndSaysSo()
    {
        double[] values = [96, 97, 98, 99, 100, 101, 102, 103, 104, 105];
        var judgement = Judge(Arm.Of(values.Select(value => new[] { value })), Arm.Of(values.Select(value => new[] { 1.07 * value })));
        Assert.True(judgement.ChangeShown, judgement.Reason);
        Assert.Equal(Judgement.Undecided, judgement.Verdict);
        Assert.Contains("still reaches inside the threshold", judgement.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Looks_Planned_ShareAlpha()
    {
        // 5 against 5, wholly apart: p is 0.0079.
        var (a, b) = (Sessions(5, 1, 0.01, 1, 1), Sessions(5, 1, 0.01, 2, 2));
        Assert.Equal(Judgement.Regressed, Judge(a, b).Verdict);
        Assert.Equal(Judgement.Undecided, SeriesJudge.Judge(Pair(a, b), Policy with { Looks = 3 }).Verdict);
    }

    [Fact]
    public void Failures_RankBehindEveryValue()
    {
        var a = Sessions(10, 4, 0.02, 1, 1);
        var b = new Arm([.. Sessions(10, 1, 0.02, 0.9, 2).Sessions.Select(session => session with { Failures = 3 })]);
        var judgement = Judge(a, b);
        Assert.Equal(Judgement.Regressed, judgement.Verdict);
        Assert.Null(judgement.Effect);
        Assert.Null(judgement.B.P95);
        Assert.True(judgement.FailureP < 0.001);
        Assert.Equal((0, 30), (judgement.A.Failures, judgement.B.Failures));
        Assert.True(judgement.B.FailureLow > 0.5 && judgement.A.FailureHigh < 0.1);
        // Where higher is better failures are the lowest.
        Assert.Equal(Judgement.Regressed, Judge(a, b, Better.Higher).Verdict);
    }

    [Fact]
    public void Failures_OfAQuarter_AreARegressionThoughTheMedianStands()
    {
        var a = Sessions(10, 8, 0.02, 1, 1);
        var b = new Arm([.. Sessions(10, 6, 0.02, 1, 2).Sessions.Select(session => session with { Failures = 2 })]);
        var judgement = Judge(a, b);
        Assert.Equal(Judgement.Regressed, judgement.Verdict);
        Assert.StartsWith("20 of 80 operations of B failed, 0 of 80 of A", judgement.Reason, StringComparison.Ordinal);
        Assert.Equal(Judgement.Improved, Judge(b, a).Verdict);
    }

    [Fact]
    public void Failures_OfOneBadSession_AreNotTheBuilds()
    {
        var a = Sessions(10, 8, 0.02, 1, 1);
        var b = new Arm([.. Sessions(9, 8, 0.02, 1, 2).Sessions, new ArmSession([], 8)]);
        var judgement = Judge(a, b);
        Assert.True(judgement.FailureP < 0.01);
        Assert.NotEqual(Judgement.Regressed, judgement.Verdict);
    }

    [Fact]
    public void Values_AllTheSame_AreEquivalent()
    {
        var same = Arm.Of(Enumerable.Repeat(new double[] { 5, 5, 5 }, 10));
        var judgement = Judge(same, same);
        Assert.Equal((Judgement.Equivalent, 1.0, 1.0), (judgement.Verdict, judgement.Effect!.Value, judgement.P!.Value));
        Assert.True(judgement.Flags.HasFlag(SeriesFlags.Quantised));
    }

    [Fact]
    public void Values_NotPositive_AreJudgedOverTheMedianOrAbsolutely()
    {
        Arm Counts(params double[] values) => Arm.Of(values.Select(value => new[] { value }));
        var some = Counts(0, 9, 10, 10, 10, 11, 11, 12, 10, 10);
        var more = Counts(0, 19, 20, 20, 20, 21, 21, 22, 20, 20);
        var none = Counts(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        Assert.Equal((Judgement.Regressed, 2.0), (Judge(some, more).Verdict, Judge(some, more).Effect!.Value));
        Assert.Equal(Judgement.Equivalent, Judge(none, none).Verdict);
        Assert.Equal((Judgement.Regressed, null), (Judge(none, some).Verdict, Judge(none, some).Effect));
    }

    [Fact]
    public void Arm_WithoutValues_IsNotComparable()
    {
        var judgement = Judge(Arm.Of([]), Sessions(5, 2, 0.02, 1, 1));
        Assert.Equal((Judgement.NotComparable, "A has no values of this series."), (judgement.Verdict, judgement.Reason));
    }

    [Fact]
    public void Tails_PointToTheWorseSide()
    {
        double[] values = [.. Enumerable.Range(1, 300).Select(i => (double)i)];
        var (lower, higher) = (Judge(Arm.Of([values]), Arm.Of([values])).A, Judge(Arm.Of([values]), Arm.Of([values]), Better.Higher).A);
        Assert.Equal((150.5, 285.05, 297.01), (lower.P50!.Value, Math.Round(lower.P95!.Value, 9), Math.Round(lower.P99!.Value, 9)));
        Assert.Equal((150.5, 15.95, 3.99), (higher.P50!.Value, Math.Round(higher.P95!.Value, 9), Math.Round(higher.P99!.Value, 9)));
        // qbinom(0.95, 300, c(0.95, 0.99)) + 1 are 292 and 300.
        Assert.Equal((292, 300), (lower.P95Upper, lower.P99Upper));
        Assert.Equal((9, 1), (higher.P95Upper, higher.P99Upper));
        Assert.Null(Judge(Arm.Of([values[..298]]), Arm.Of([values])).A.P99);
    }

    [Fact]
    public void Shape_BimodalAndDrifting_IsFlagged()
    {
        var random = new SplitMix64(4);
        var bimodal = Arm.Of(Enumerable.Range(0, 20).Select(_ => Enumerable.Range(0, 10).Select(i => (i % 3 == 0 ? 1.5 : 1) * NoiseShape.LogNormal.Draw(ref random, 1)).ToArray()).ToList());
        var drifting = Arm.Of(Enumerable.Range(0, 20).Select(i => new[] { NoiseShape.LogNormal.Draw(ref random, 1 + 0.02 * i) }).ToList());
        var plain = Sessions(20, 1, 0.05, 1, 5);
        const SeriesFlags shapes = SeriesFlags.Bimodal | SeriesFlags.Drift | SeriesFlags.Quantised;
        Assert.Equal(SeriesFlags.Bimodal, Judge(bimodal, plain).Flags & shapes);
        Assert.Equal(SeriesFlags.Drift, Judge(plain, drifting).Flags & shapes);
        Assert.Equal(SeriesFlags.None, Judge(plain, plain).Flags);
    }

    [Fact]
    public void Judgement_AsJson_HasNamesAndLeavesOutWhatIsOpen()
    {
        var json = JsonOutput.Render(Judge(Arm.Of([[1.0]]), new Arm([new ArmSession([], 1)])));
        Assert.Contains("\"verdict\": \"undecided\"", json, StringComparison.Ordinal);
        Assert.Contains("\"interval\": \"pooled\"", json, StringComparison.Ordinal);
        Assert.Contains("\"flags\": \"few sessions, few replicates, noise assumed\"", json, StringComparison.Ordinal);
        Assert.DoesNotContain("\"effect\"", json, StringComparison.Ordinal);
    }

    private static SeriesPair Pair(Arm a, Arm b, Better better = Better.Lower, double? noise = null) => new("m", "m · x", better, a, b, noise);

    private static SeriesJudgement Judge(Arm a, Arm b, Better better = Better.Lower, double? noise = null) =>
        SeriesJudge.Judge(Pair(a, b, better, noise), Policy);

    private static Arm Sessions(int sessions, int iterations, double cv, double ratio, ulong seed)
    {
        var random = new SplitMix64(seed);
        return Arm.Of(Enumerable.Range(0, sessions)
            .Select(_ => Enumerable.Range(0, iterations).Select(_ => 100 * ratio * Math.Exp(cv * NoiseShape.Gauss(ref random))).ToArray()).ToList());
    }
}
