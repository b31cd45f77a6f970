using Lab.Reports.Sections;

namespace Lab.Reports.Tests.Sections;

public sealed class MedianIntervalTests
{
    // Order statistics of the published tables, for example Conover, Practical Nonparametric Statistics, table A3 with p = 0.5.
    [Theory]
    [InlineData(6, 1, 6)]
    [InlineData(8, 1, 8)]
    [InlineData(9, 2, 8)]
    [InlineData(10, 2, 9)]
    [InlineData(20, 6, 15)]
    [InlineData(25, 8, 18)]
    [InlineData(100, 40, 61)]
    public void Interval_OfNValues_IsBetweenTheTabulatedOnes(int n, int low, int high) =>
        Assert.Equal(new MedianInterval(low, high), MedianInterval.Of([.. Enumerable.Range(1, n).Reverse().Select(i => (double)i)]));

    [Fact]
    public void Interval_OfFewerThanSix_IsNone() => Assert.Null(MedianInterval.Of([1, 2, 3, 4, 5]));
}
