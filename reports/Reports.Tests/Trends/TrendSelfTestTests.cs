using Lab.Reports.Statistics.SelfTest;
using Lab.Reports.Trends;

namespace Lab.Reports.Tests.Trends;

public sealed class TrendSelfTestTests(ITestOutputHelper output)
{
    private const ulong Seed = 20260301;
    private const int Trials = 1000;

    [Fact]
    public void SelfTest_OfEveryShape_KeepsItsLimits()
    {
        var rows = DetectorSelfTest.Run(TrendSelfTest.Cases, Seed, Trials);
        foreach (var row in rows)
            output.WriteLine($"{row}");
        Assert.All(rows, row => Assert.True(row.Pass, row.ToString()));
    }
}
