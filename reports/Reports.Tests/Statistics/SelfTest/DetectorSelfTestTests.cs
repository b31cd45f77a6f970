using Lab.Reports.Statistics.SelfTest;

namespace Lab.Reports.Tests.Statistics.SelfTest;

public sealed class DetectorSelfTestTests
{
    [Fact]
    public void Gate_EveryShape_KeepsItsLimits()
    {
        var rows = DetectorSelfTest.Run(GateSelfTest.Cases, seed: 1, trials: 80);
        Assert.All(rows, row => Assert.True(row.Pass, row.ToString()));
        Assert.Contains(rows, row => row is { Shape: "quantised", Shift: 0, AtMost: 0.01 });
    }

    [Fact]
    public void Gate_TenReplicates_HasTheNominalRateAndFindsTenPerCent()
    {
        var cases = GateSelfTest.Cases.Where(one => one is { Shape: "lognormal", N: 10, Shift: 0 or 0.10 }).ToList();
        var rows = DetectorSelfTest.Run(cases, seed: 7, trials: 1_500);
        Assert.InRange(rows.Single(row => row.Shift == 0).Observed, 0.001, 0.01);
        Assert.InRange(rows.Single(row => row.Outcome == "change shown").Observed, 0.85, 0.90);
    }

    [Fact]
    public void Simulation_OfTheReferencesTrap_GivesTheReferencesFigure()
    {
        // Mann-Whitney over iterations, night-to-night CV 2 %: 48 % false alarms. That the trap bites shows that the simulation can.
        var trap = GateSelfTest.Cases.Single(one => one.Suite.StartsWith("trap", StringComparison.Ordinal));
        Assert.InRange(Assert.Single(DetectorSelfTest.Run([trap], seed: 1, trials: 4_000)).Observed, 0.455, 0.505);
    }

    [Fact]
    public void Detector_ThatAlarmsTooOften_Fails()
    {
        var broken = new SelfTestCase("x", "y", 0, 10, [new("false alarm", AtMost: 0.01), new("found", AtLeast: 0.5)], seed => [seed % 20 == 0, seed % 20 == 0]);
        Assert.All(DetectorSelfTest.Run([broken], seed: 1, trials: 1_000), row => Assert.False(row.Pass));
    }

    [Fact]
    public void Row_WithinItsBinomialError_Passes()
    {
        var row = new SelfTestRow("x", "y", "false alarm", 0, 10, 1_000, 0.019, null, 0.01, null);
        Assert.True(row.Pass);
        Assert.False((row with { Observed = 0.020 }).Pass);
        Assert.True((row with { AtMost = null }).Pass);
    }

    [Fact]
    public void Run_OneSeed_RepeatsAndTellsProgress()
    {
        List<SelfTestCase> few = [.. GateSelfTest.Cases.Where(one => one is { N: 5 })];
        var told = new Told();
        var rows = DetectorSelfTest.Run(few, seed: 3, trials: 200, told);
        Assert.Equal(rows, DetectorSelfTest.Run(few, seed: 3, trials: 200));
        Assert.NotEqual(rows, DetectorSelfTest.Run(few, seed: 4, trials: 200));
        Assert.Equal([1, 2], told.Values);
    }

    [Fact]
    public void Power_Computed_IsTheReferencesTable()
    {
        // "Power for a 5 % effect at CV 5 %: n = 10 25 %, n = 20 62 %, n = 30 84 %; for 10 %: n = 5 34 %, n = 10 87 %."
        foreach (var (shift, n, power) in new[] { (0.05, 10, 0.25), (0.05, 20, 0.62), (0.05, 30, 0.84), (0.10, 5, 0.34), (0.10, 10, 0.87) })
        {
            var error = PowerTheory.StandardError(NoiseShape.LogNormal.Root!.Value, n);
            Assert.Equal(power, PowerTheory.ChangeShown(Math.Log(1 + shift), error, 0, 0.01, n), 0.03);
        }
    }

    private sealed class Told : IProgress<int>
    {
        public List<int> Values { get; } = [];

        public void Report(int value) => Values.Add(value);
    }
}
