namespace Lab.Reports.Tests;

public sealed class ReportLimitsTests
{
    [Fact]
    public void Series_Long_IsThinnedButKeepsItsExtremes()
    {
        var values = Enumerable.Range(0, 100_000).Select(i => 10.0 + (i % 7)).ToArray();
        values[12_345] = 99;
        values[54_321] = 1;
        var thin = ReportLimits.Thin(values);
        Assert.InRange(thin.Count, ReportLimits.PointsPerSeries - 10, ReportLimits.PointsPerSeries);
        Assert.Contains(thin, point => point[0] == 12_346 && point[1] == 99);
        Assert.Contains(thin, point => point[0] == 54_322 && point[1] == 1);
        Assert.Equal(1, thin[0][0]);
        Assert.Equal(100_000, thin[^1][0]);
    }

    [Fact]
    public void Series_Short_IsDrawnWhole() => Assert.Equal(3, ReportLimits.Thin([1, 2, 3]).Count);
}
