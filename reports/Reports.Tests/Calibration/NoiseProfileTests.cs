using Lab.Contracts.Runs;
using Lab.Reports.Calibration;

namespace Lab.Reports.Tests.Calibration;

public sealed class NoiseProfileTests : RunsFixture
{
    private static readonly DateTimeOffset Now = new(2026, 2, 3, 4, 5, 6, TimeSpan.Zero);
    private static readonly IReadOnlyDictionary<string, string> Disk = SyntheticRun.Map((MetricNames.Dimensions.Device, "disk"));
    private static readonly double[] Machine = [1.0, 1.1, 0.9, 1.2, 1.05, 0.95, 1.0];

    [Fact]
    public void Noise_OfKnownSessions_IsTheirRobustVariation()
    {
        // Medians 10, 11, 12, 13, 19: median 12, absolute deviations 2, 1, 0, 1, 7 with median 1.
        var profile = NoiseCalibration.Of([.. new[] { 12.0, 10, 13, 19, 11 }.Select(median => Run(run => run
            .Values("m", Units.Second, Better.Lower, SampleRole.Subject, Disk, median - 1, median, median + 1)))], Now);

        var noise = profile.Find("m", Units.Second, "device=disk")!;
        Assert.Equal(5, noise.Sessions);
        Assert.Equal(1.4826 / 12, noise.Between!.Value, 1e-12);
        Assert.Null(noise.BetweenNormalised);
        // Of the session around 12: deviations 1, 0, 1.
        Assert.Equal(1.4826 / 12, noise.Within!.Value, 1e-12);
        Assert.Equal(1.4826 / 10, noise.WithinMax!.Value, 1e-12);
        Assert.Equal(noise.Between, profile.Of("m", Units.Second, "device=disk", normalised: false));
        Assert.Null(profile.Of("m", Units.Second, "device=disk", normalised: true));
        Assert.Null(profile.Of("other", Units.Second, "device=disk", normalised: false));
    }

    [Fact]
    public void Noise_OfAMachineThatSlowsBoth_IsGoneWhenNormalised()
    {
        var profile = NoiseCalibration.Of([.. Machine.Select(slow => Run(run => run
            .Values("m", Units.Second, Better.Lower, SampleRole.Subject, Disk, 6 * slow)
            .Values("m", Units.Second, Better.Lower, SampleRole.Baseline, SyntheticRun.Map(), 5 * slow)))], Now);

        var noise = profile.Find("m", Units.Second, "device=disk")!;
        Assert.InRange(noise.Between!.Value, 0.05, 0.12);
        Assert.InRange(noise.BetweenNormalised!.Value, 0, 1e-12);
        Assert.Null(noise.Within);
    }

    [Fact]
    public void Noise_OfACoarseCounter_IsNotZero()
    {
        var profile = NoiseCalibration.Of([.. new[] { 4.0, 4, 4, 4, 5, 3 }.Select(value => Run(run => run
            .Values("m", Units.Count, Better.Lower, SampleRole.Subject, Disk, value)))], Now);
        // Standard deviation of 4, 4, 4, 4, 5, 3: √(2/5).
        Assert.Equal(Math.Sqrt(0.4) / 4, profile.Find("m", Units.Count, "device=disk")!.Between!.Value, 1e-12);
    }

    [Fact]
    public void Calibration_OfUnlikeRuns_SaysWhichAndWhy()
    {
        List<RunRecord> alike = [.. Enumerable.Range(0, 5).Select(_ => Run(run => run))];
        Assert.Contains("too few", Assert.Throws<RunRecordException>(() => NoiseCalibration.Of(alike[..4], Now)).Message, StringComparison.Ordinal);
        var parameter = Run(run => run, description => description with { Parameters = SyntheticRun.Map(("boots", "6"), ("hotplug.cycles", "20")) });
        Assert.Contains("parameter.boots", Assert.Throws<RunRecordException>(() => NoiseCalibration.Of([.. alike, parameter], Now)).Message, StringComparison.Ordinal);
        var build = Run(run => run, description => description with { SystemUnderTest = new SystemUnderTest { Commit = new string('f', 40) } });
        Assert.Contains("another build", Assert.Throws<RunRecordException>(() => NoiseCalibration.Of([.. alike, build], Now)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Profile_WrittenAndFound_IsTheSame()
    {
        var profile = NoiseCalibration.Of([.. Machine.Select(slow => Run(run => Quiet(run, slow)))], Now);
        var path = NoiseProfiles.Write(Runs, profile);

        Assert.Equal(Path.Combine(Runs, "noise", profile.Comparison.Hash + ".json"), path);
        var found = NoiseProfiles.Find(Runs, profile.Comparison.Hash)!;
        Assert.Equal(profile.Metrics, found.Metrics);
        Assert.Equal(profile.Conditions, found.Conditions);
        Assert.Equal(profile.Runs, found.Runs);
        Assert.Equal(profile.Comparison.Fields, found.Comparison.Fields);
        Assert.Equal((profile.MadeAt, profile.Commit), (found.MadeAt, found.Commit));
        Assert.Null(NoiseProfiles.Find(Runs, new string('0', 64)));
    }

    [Fact]
    public void Profile_OverAnEarlierOne_KeepsTheSeriesItDidNotMeasure()
    {
        NoiseProfile Of(params string[] metrics) => NoiseCalibration.Of([.. Machine.Select(slow => Run(run => metrics.Aggregate(run, (all, metric) =>
            all.Values(metric, Units.Second, Better.Lower, SampleRole.Subject, Disk, slow, slow, slow))))], Now);
        var (earlier, later) = (Of("a", "b") with { Commit = "1" }, Of("b", "c") with { Commit = "2" });

        var both = later.Over(earlier);

        Assert.Equal(["a", "b", "c"], both.Metrics.Select(noise => noise.Metric));
        Assert.Same(later.Metrics[0], both.Metrics[1]);
        Assert.Equal(later.Commit, both.Commit);
        Assert.Throws<ArgumentException>(() => later.Over(earlier with { Comparison = earlier.Comparison with { Hash = new string('0', 64) } }));
    }

    [Theory]
    [InlineData("\"schemaVersion\": 1", "\"schemaVersion\": 2", "schema version 2")]
    [InlineData("\"between\": ", "\"between\": -", "neither zero nor a positive")]
    [InlineData("\"sessions\": 7", "\"sessions\": 2", "it takes 5")]
    [InlineData("\"madeAt\"", "\"madeat\"", ":")]
    [InlineData("\"runs\": [", "\"runs\": null, \"x\": [", ":")]
    [InlineData("{", "{{", ".json:")]
    public void Profile_Damaged_IsRefusedWithItsPlace(string text, string damage, string said)
    {
        var profile = NoiseCalibration.Of([.. Machine.Select(slow => Run(run => Quiet(run, slow)))], Now);
        var path = NoiseProfiles.Write(Runs, profile);
        var whole = File.ReadAllText(path);
        Assert.Contains(text, whole, StringComparison.Ordinal);
        File.WriteAllText(path, whole.Replace(text, damage, StringComparison.Ordinal));
        var refused = Assert.Throws<RunRecordException>(() => NoiseProfiles.Find(Runs, profile.Comparison.Hash));
        Assert.StartsWith(path, refused.Message, StringComparison.Ordinal);
        Assert.Contains(said, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Warnings_OfAQuietRun_AreNone()
    {
        var profile = NoiseCalibration.Of([.. Machine.Select(slow => Run(run => Quiet(run, slow)))], Now);
        Assert.Empty(profile.Warnings(Run(run => Quiet(run, 1.1))));
    }

    [Fact]
    public void Warnings_OfANoisyRun_NameWhatWasNoisier()
    {
        var profile = NoiseCalibration.Of([.. Machine.Select(slow => Run(run => Quiet(run, slow)))], Now);
        var noisy = Run(run =>
        {
            foreach (var value in new[] { 4.0, 6, 9 })
                run.Writer.Add(Sample(value, new MachineConditions { StolenCores = 0.5, OtherCores = 0.8, Frequency = 2.0e9, ClockError = 0.2 }));
            return run;
        });
        Assert.Collection(profile.Warnings(noisy),
            steal => Assert.Equal("Up to 0.50 cores were taken by the hypervisor for others (95th percentile); 0.02 are usual.", steal),
            load => Assert.Equal("Up to 0.80 cores were kept busy by programs that are not the lab's (95th percentile); 0.05 are usual.", load),
            frequency => Assert.Equal("The cores ran at 2.00 GHz; 2.80 GHz are usual.", frequency),
            clock => Assert.Equal("The system clock may have been 200.0 ms wrong; 1.0 ms are usual.", clock),
            spread => Assert.StartsWith("Values of one session spread more than is usual: m · device=disk by 49.4 % (at most ", spread, StringComparison.Ordinal));
    }

    [Fact]
    public void Warnings_OfAnUnsynchronisedClock_SaySo()
    {
        var profile = NoiseCalibration.Of([.. Machine.Select(slow => Run(run => Quiet(run, slow)))], Now);
        var run = Run(run =>
        {
            run.Writer.Add(Sample(5, new MachineConditions { StolenCores = 0, OtherCores = 0 }));
            return run;
        });
        Assert.Equal(["The system clock was not synchronised; during the calibration it was."], profile.Warnings(run));
    }

    [Fact]
    public void Warnings_OfARunOfAnotherKind_AreRefused()
    {
        var profile = NoiseCalibration.Of([.. Machine.Select(slow => Run(run => Quiet(run, slow)))], Now);
        Assert.Throws<ArgumentException>(() => profile.Warnings(Run(run => run, description => description with { Suite = "smoke" })));
    }

    private static SyntheticRun Quiet(SyntheticRun run, double slow)
    {
        foreach (var value in new[] { 4.9, 5.0, 5.1 })
            run.Writer.Add(Sample(value * slow, new MachineConditions { StolenCores = 0.02, OtherCores = 0.05, Frequency = 2.8e9, ClockError = 0.001 }));
        return run;
    }

    private static Sample Sample(double value, MachineConditions conditions) => new()
    {
        Metric = "m", Unit = Units.Second, Better = Better.Lower, Dimensions = Disk, Value = value, T = Now, Conditions = conditions,
    };

    private RunRecord Run(Func<SyntheticRun, SyntheticRun> fill, Func<RunDescription, RunDescription>? change = null)
    {
        using var run = fill(new SyntheticRun(Runs, change: change)).Complete();
        return RunReader.Read(run.Directory);
    }
}
