using Lab.Reports.Trends;
using Lab.Reports.Trends.Kernels;

namespace Lab.Reports.Tests.Trends;

public sealed class KernelTests
{
    [Fact]
    public void EnergySplit_OfTwoLevels_IsBetweenThem() =>
        Assert.Equal(4, EnergySplit.Find([1, 1.1, 0.9, 1, 2, 2.1, 1.9], 3));

    [Fact]
    public void EnergySplit_OfRandomValues_MaximisesTheStatisticAsItIsDefined()
    {
        double[] values = Nights.Noisy(5, (12, 1), (9, 1.01));
        static double Mean(double[] x, double[] y) => x.SelectMany(_ => y, (a, b) => Math.Abs(a - b)).Average();
        static double Within(double[] x) => x.SelectMany((a, i) => x.Skip(i + 1).Select(b => Math.Abs(a - b))).Average();
        double Energy(int split)
        {
            var (left, right) = (values[..split], values[split..]);
            return (double)left.Length * right.Length / values.Length * (2 * Mean(left, right) - Within(left) - Within(right));
        }

        Assert.Equal(Enumerable.Range(3, values.Length - 5).MaxBy(Energy), EnergySplit.Find(values, 3));
    }

    [Theory]
    [InlineData(5, false)]
    [InlineData(6, true)]
    public void EnergySplit_OfFewValues_NeedsBothSides(int count, bool found) =>
        Assert.Equal(found, EnergySplit.Find(new double[count], 3) is not null);

    // Student 1908, Biometrika 6: hours of sleep gained with two drugs (R: data set sleep). R 4.2: t.test(extra ~ group) and
    // t.test(extra ~ group, var.equal = TRUE), both documented in R's manual of sleep and t.test.
    private static readonly double[] DrugA = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0];
    private static readonly double[] DrugB = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];

    [Fact]
    public void MeansTest_OfLongSides_IsWelchs() => Assert.Equal(0.07939414, MeansTest.P(DrugA, DrugB), 1e-8);

    [Fact]
    public void MeansTest_OfAShortSide_PoolsTheVariance()
    {
        // By hand: means 2 and 5, pooled variance 1 with 4 degrees of freedom, t = 3 / sqrt(2/3) = 3.674235; the distribution
        // function of 4 degrees of freedom has a closed form.
        const double t = 3.6742346141747673;
        var x = t * t / (4 + t * t);
        var p = 1 - Math.Sqrt(x) * (1 + 0.5 * (1 - x));
        Assert.Equal(p, MeansTest.P([1, 2, 3], [4, 5, 6]), 1e-12);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 0)]
    public void MeansTest_WithoutVariance_IsCertain(double right, double p) =>
        Assert.Equal(p, MeansTest.P([1, 1, 1, 1], [right, right, right]));

    [Theory]
    [InlineData(new[] { 3.0, 3, 4, 5, 4, 3 }, 1.0)]
    [InlineData(new[] { 0.1, 0.1, 0.2, 0.30000000000000004, 0.3, 0.1 }, 0.1)]
    [InlineData(new[] { 3.01, 3.2, 4.7, 5.3, 4.9, 3.3 }, 0.0)]
    [InlineData(new[] { 3.0, 3, 3, 3 }, 0.0)]
    public void Quantum_OfValues_IsTheirResolution(double[] values, double quantum) => Assert.Equal(quantum, Quantum.Of(values), 1e-12);

    [Fact]
    public void ChangePoints_OfThreeLevels_AreTwo()
    {
        var changes = ChangePoints.Find(Nights.Noisy(3, (40, 1), (30, 1.1), (30, 0.95)), TrendPolicy.Default);
        Assert.Equal([40, 70], changes.Select(change => change.Index));
        Assert.Equal(1.1, changes[0].After, 0.01);
        Assert.Equal(1.1, changes[1].Before, 0.01);
    }

    [Fact]
    public void ChangePoints_OfAStepBelowTheLeastEffect_AreNone() =>
        Assert.Empty(ChangePoints.Find(Nights.Noisy(3, (100, 1), (100, 1.02)), TrendPolicy.Default));

    [Fact]
    public void ChangePoints_OfAStepFromZero_AreFound() =>
        Assert.Equal(10, Assert.Single(ChangePoints.Find([.. Enumerable.Repeat(0.0, 10), 2, 2, 2], TrendPolicy.Default)).Index);

    [Fact]
    public void NightAlarms_OfTwoNightsBeyondTheLimits_AreOne()
    {
        var values = Nights.Noisy(7, (20, 1), (2, 1.1), (10, 1));
        var alarm = Assert.Single(NightAlarms.Find(values, TrendPolicy.Default));
        Assert.Equal((20, 21), (alarm.First, alarm.Last));
    }

    [Fact]
    public void NightAlarms_OfOneNightOrOfOppositeSides_AreNone()
    {
        Assert.Empty(NightAlarms.Find(Nights.Noisy(7, (20, 1), (1, 1.1), (10, 1)), TrendPolicy.Default));
        Assert.Empty(NightAlarms.Find(Nights.Noisy(7, (20, 1), (1, 1.1), (1, 0.9), (10, 1)), TrendPolicy.Default));
    }

    [Fact]
    public void NightAlarms_WithoutSpread_AreForMoreThanTheLeastEffect()
    {
        double[] alike = [.. Enumerable.Repeat(100.0, 20)];
        Assert.Empty(NightAlarms.Find([.. alike, 102, 102], TrendPolicy.Default));
        Assert.Single(NightAlarms.Find([.. alike, 104, 104], TrendPolicy.Default));
    }

    [Fact]
    public void NightAlarms_OfQuantisedValues_AreForMoreThanOneStep()
    {
        double[] flicker = [.. Enumerable.Range(0, 20).Select(i => i % 5 == 0 ? 5.0 : 4.0)];
        Assert.Empty(NightAlarms.Find([.. flicker, 5, 5, 5], TrendPolicy.Default));
        Assert.Single(NightAlarms.Find([.. flicker, 6, 6, 6], TrendPolicy.Default));
    }

    [Fact]
    public void NightAlarms_OfTheOtherModeOfABimodalSeries_AreNone()
    {
        double[] modes = [.. Enumerable.Range(0, 20).Select(i => (i % 4 == 0 ? 110.0 : 100.0) + 0.1 * (i % 3))];
        Assert.Empty(NightAlarms.Find([.. modes, 110, 110], TrendPolicy.Default));
        Assert.Single(NightAlarms.Find([.. modes, 120, 120], TrendPolicy.Default));
    }

    [Fact]
    public void NightAlarms_OfNightsThatFailed_AreRaised() =>
        Assert.True(double.IsInfinity(Assert.Single(NightAlarms.Find([.. Nights.Noisy(7, (20, 1)), double.PositiveInfinity, double.PositiveInfinity], TrendPolicy.Default)).Value));
}
