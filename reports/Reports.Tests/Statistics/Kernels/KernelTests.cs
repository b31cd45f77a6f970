using Lab.Reports.Statistics.Kernels;

namespace Lab.Reports.Tests.Statistics.Kernels;

/// <summary>What R has no vectors for.</summary>
public sealed class KernelTests
{
    [Fact]
    public void SplitMix64_ReferenceSeed_GivesTheReferenceSequence()
    {
        // Vigna's splitmix64.c with seed 1234567, as Rosetta Code "Pseudo-random numbers/Splitmix64" lists it.
        var random = new SplitMix64(1234567);
        ulong[] expected = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821];
        Assert.Equal(expected, expected.Select(_ => random.Next()).ToArray());
    }

    [Fact]
    public void MannWhitney_Infinities_RankBehindEveryValue()
    {
        double[] some = [1, 2, double.PositiveInfinity, 4, 5];
        double[] others = [3, double.PositiveInfinity, 6, double.PositiveInfinity, 7];
        double[] asRanks(double[] values) => [.. values.Select(value => double.IsInfinity(value) ? 99 : value)];
        Assert.Equal(MannWhitney.P(asRanks(some), asRanks(others)), MannWhitney.P(some, others), 12);
    }

    [Theory]
    [InlineData(new double[] { 1, 2, 2, 3 }, new double[] { 2, 3, 3, 5, 6 })]
    [InlineData(new double[] { 7, 7, 1 }, new double[] { 7, 8, 8, 8 })]
    [InlineData(new double[] { 1, 1, 1, 1, 9 }, new double[] { 1, 1, 2 })]
    public void MannWhitney_WithTies_IsTheShareOfAllArrangements(double[] x, double[] y) =>
        Assert.Equal(ByEnumeration(x, y), MannWhitney.P(x, y), 12);

    [Fact]
    public void MannWhitney_EmptyOrAllEqual_IsOne()
    {
        Assert.Equal(1, MannWhitney.P([], [1, 2]));
        Assert.Equal(1, MannWhitney.P([2, 2, 2], [2, 2]));
    }

    [Fact]
    public void MannWhitney_TooLargeForTheExactTest_IsApproximated()
    {
        double[] x = [.. Enumerable.Range(0, 400).Select(i => (double)i)];
        double[] y = [.. Enumerable.Range(0, 400).Select(i => i + 50.5)];
        Assert.Equal(MannWhitney.Approximate(Midranks.Of(x, y), 400, 400), MannWhitney.P(x, y));
    }

    [Fact]
    public void HodgesLehmann_LargeSamples_GiveTheMedianOfAllDifferences()
    {
        var random = new SplitMix64(5);
        double[] Sample(int n) => [.. Enumerable.Range(0, n).Select(_ => Math.Round(random.Unit() * 40) - 20).Order()];
        for (var trial = 0; trial < 50; trial++)
        {
            var (x, y) = (Sample(1 + random.Below(30)), Sample(1 + random.Below(30)));
            var differences = y.SelectMany(b => x.Select(a => b - a)).Order().ToArray();
            var middle = (differences[(differences.Length - 1) / 2] + differences[differences.Length / 2]) / 2;
            Assert.Equal(middle, HodgesLehmann.Shift(x, y), 12);
        }
    }

    [Fact]
    public void HodgesLehmannInterval_OfThreeAgainstThree_IsOpen()
    {
        // Even 3 against 3 wholly apart has p = 0.1.
        var (low, high) = HodgesLehmann.Interval([1, 2, 3], [4, 5, 6], 0.95);
        Assert.Equal((double.NegativeInfinity, double.PositiveInfinity), (low, high));
    }

    [Fact]
    public void Bca_AllReplicatesEqual_IsThatValue() =>
        Assert.Equal((3.0, 3.0), Bca.Interval(3, new double[] { 3, 3, 3, 3 }, [0, 0, 0], 0.95));

    [Fact]
    public void SessionBootstrap_OneSeed_RepeatsAndSessionsAreTheUnit()
    {
        // Two sessions far apart, a hundred equal iterations each: only a bootstrap of sessions sees the distance.
        double[][] a = [[.. Enumerable.Repeat(1.0, 100)], [.. Enumerable.Repeat(9.0, 100)]];
        double[][] b = [[.. Enumerable.Repeat(1.0, 100)], [.. Enumerable.Repeat(9.0, 100)]];
        var replicates = SessionBootstrap.Replicates(a, b, 200, seed: 3);
        Assert.Equal(replicates, SessionBootstrap.Replicates(a, b, 200, seed: 3));
        Assert.NotEqual(replicates, SessionBootstrap.Replicates(a, b, 200, seed: 4));
        Assert.Equal([-8, -4, 0, 4, 8], replicates.Distinct().Order());
    }

    [Theory]
    [InlineData(7)]
    [InlineData(8)]
    public void SessionBootstrap_IterationsInASession_SpreadAsTheMedianOfTheirResamples(int iterations)
    {
        double[][] a = [[0]];
        double[][] b = [[.. Enumerable.Range(0, iterations).Select(i => (double)i)]];
        var replicates = SessionBootstrap.Replicates(a, b, 4_000, seed: 6);
        var random = new SplitMix64(7);
        var plain = Enumerable.Range(0, 4_000).Select(_ => MedianOf([.. Enumerable.Range(0, iterations).Select(_ => b[0][random.Below(iterations)])])).ToArray();
        // Two independent samples of one distribution: the greatest distance of their distribution functions stays below the
        // 0.1 % point of Kolmogorov and Smirnov, 1.95 · √(2/4000).
        var distance = Enumerable.Range(0, 2 * iterations).Max(i =>
            Math.Abs(replicates.Count(value => value <= i / 2.0) - plain.Count(value => value <= i / 2.0)) / 4_000.0);
        Assert.InRange(distance, 0, 0.0436);
        Assert.True(replicates.Distinct().Count() > 3);
    }

    [Fact]
    public void Kendall_ShortSeries_SayNothing() => Assert.Equal(1, KendallTrend.P([[1, 2, 3, 4, 5, 6, 7]]));

    [Fact]
    public void Kendall_SeveralSeries_AddUp()
    {
        double[] rising = [1, 2, 3, 4, 5, 6, 7, 8];
        double[] falling = [.. rising.Reverse()];
        Assert.True(KendallTrend.P([rising, rising]) < KendallTrend.P([rising]));
        Assert.Equal(1, KendallTrend.P([rising, falling]));
    }

    [Fact]
    public void Permutation_TooManyToEnumerate_IsSampled()
    {
        // C(30, 15) is far beyond the sample of 9,999: two seeds differ, within three standard errors of each other.
        var random = new SplitMix64(9);
        double[] x = [.. Enumerable.Range(0, 15).Select(_ => random.Unit())];
        double[] y = [.. Enumerable.Range(0, 15).Select(_ => random.Unit() + 0.3)];
        var (one, two) = (PermutationTest.P(x, y, 1), PermutationTest.P(x, y, 2));
        Assert.NotEqual(one, two);
        Assert.InRange(Math.Abs(one - two), 0, 3 * Math.Sqrt(2 * one * (1 - one) / 9_999) + 1e-4);
    }

    [Theory]
    [InlineData(0.95, 58)]
    [InlineData(0.99, 298)]
    public void UpperBound_OfTooFewValues_IsUnknown(double tau, int n) =>
        Assert.Null(TailQuantile.UpperBound([.. Enumerable.Range(1, n).Select(i => (double)i)], tau, 0.95));

    private static double MedianOf(double[] values)
    {
        Array.Sort(values);
        return (values[(values.Length - 1) / 2] + values[values.Length / 2]) / 2;
    }

    private static double ByEnumeration(double[] x, double[] y)
    {
        double[] all = [.. x, .. y];
        double Rank(double value) => all.Count(other => other < value) + (all.Count(other => other == value) + 1) / 2.0;
        double[] ranks = [.. all.Select(Rank)];
        var mean = ranks.Sum() * x.Length / all.Length;
        var distance = Math.Abs(ranks.Take(x.Length).Sum() - mean);
        var sums = Enumerable.Range(0, 1 << all.Length).Where(mask => int.PopCount(mask) == x.Length)
            .Select(mask => ranks.Where((_, i) => (mask >> i & 1) == 1).Sum()).ToList();
        return sums.Count(sum => Math.Abs(sum - mean) >= distance - 1e-9) / (double)sums.Count;
    }
}
