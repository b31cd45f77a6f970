using Lab.Reports.Trends;

namespace Lab.Reports.Tests.Trends;

public sealed class TrendSelfTestTests(ITestOutputHelper output)
{
    private const int Seed = 20260301;
    private const int Trials = 1000;

    [Fact]
    public void SelfTest_OfEveryShape_KeepsItsLimits()
    {
        var rows = TrendSelfTest.Run(Seed, Trials);
        foreach (var row in rows)
            output.WriteLine($"{row.Suite}, {row.Shape}, {row.Shift:P0}: {row.Observed:0.###} ({row.Limit})");
        Assert.All(rows, row => Assert.True(row.Pass, row.ToString()));
    }

    [Fact]
    public void SelfTest_WithOneSeed_RepeatsItself() => Assert.Equal(TrendSelfTest.Run(3, 20), TrendSelfTest.Run(3, 20));
}
