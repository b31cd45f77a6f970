using Lab.Reports.Qualification.Evaluation;
using Lab.Reports.Qualification.Profiles;

namespace Lab.Reports.Tests.Qualification;

public sealed class BoundTests
{
    private static double[] Upto(int n) => [.. Enumerable.Range(1, n).Select(i => (double)i)];

    [Theory] // Ranks of the binomial distribution, as R's qbinom(0.95, n, q) + 1 and n − that give them.
    [InlineData(5, 0.5, LimitSide.AtMost, 5.0)]
    [InlineData(5, 0.5, LimitSide.AtLeast, 1.0)]
    [InlineData(4, 0.5, LimitSide.AtMost, null)]
    [InlineData(20, 0.5, LimitSide.AtMost, 15.0)]
    [InlineData(20, 0.5, LimitSide.AtLeast, 6.0)]
    [InlineData(59, 0.95, LimitSide.AtMost, 59.0)]
    [InlineData(58, 0.95, LimitSide.AtMost, null)]
    [InlineData(29, 0.9, LimitSide.AtMost, 29.0)]
    [InlineData(28, 0.9, LimitSide.AtMost, null)]
    public void QuantileBound_OfTheFirstNumbers_IsTheKnownRank(int n, double quantile, LimitSide side, double? expected) =>
        Assert.Equal(expected, QuantileBound.Of(Upto(n), quantile, side, 0.95));

    [Theory]
    [InlineData(0.5, 5)]
    [InlineData(0.9, 29)]
    [InlineData(0.95, 59)]
    [InlineData(0.99, 299)]
    public void QuantileBound_LeastSamples_AreThoseThatHaveABound(double quantile, int expected)
    {
        Assert.Equal(expected, QuantileBound.LeastSamples(quantile, LimitSide.AtMost, 0.95));
        Assert.NotNull(QuantileBound.Of(Upto(expected), quantile, LimitSide.AtMost, 0.95));
        Assert.Null(QuantileBound.Of(Upto(expected - 1), quantile, LimitSide.AtMost, 0.95));
    }

    [Fact]
    public void ShiftBound_OfFiveAgainstFive_IsTheTwentyFirstRatio()
    {
        // P(U ≤ 4) = 12/252 ≤ 0.05 < P(U ≤ 5): the bound leaves four of the 25 ratios above it.
        double[] values = [11, 12.5, 13, 14.2, 15], baseline = [7, 8.1, 9, 9.7, 10];
        var ratios = values.SelectMany(value => baseline, (value, reference) => value / reference).Order().ToList();
        Assert.Equal(ratios[20], ShiftBound.Of(values, baseline, LimitSide.AtMost, 0.95)!.Value, 12);
        Assert.Equal(ratios[4], ShiftBound.Of(values, baseline, LimitSide.AtLeast, 0.95)!.Value, 12);
    }

    [Fact]
    public void ShiftBound_OfFailedOperations_IsInfiniteWhereTheyReachIt()
    {
        double[] baseline = [1, 2, 3, 4, 5];
        Assert.Equal(double.PositiveInfinity, ShiftBound.Of([1, 2, 3, 4, double.PositiveInfinity], baseline, LimitSide.AtMost, 0.95));
        Assert.True(double.IsFinite(ShiftBound.Of([1, 2, 3, 4, double.PositiveInfinity], baseline, LimitSide.AtLeast, 0.95)!.Value));
    }

    [Fact]
    public void ShiftBound_OfTooFew_IsNone()
    {
        Assert.Equal(4, ShiftBound.LeastSamples(0.95));
        Assert.Null(ShiftBound.Of([1, 2, 3], [1, 2, 3], LimitSide.AtMost, 0.95));
    }
}
