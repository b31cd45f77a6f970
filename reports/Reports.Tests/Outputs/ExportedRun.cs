using Lab.Contracts.Runs;

namespace Lab.Reports.Tests.Outputs;

/// <summary>A small run with all that is awkward to write down: quotes, line breaks, formulas, failures, conditions, odd names.</summary>
internal static class ExportedRun
{
    public static RunRecord Write(string runs)
    {
        using var run = new SyntheticRun(runs, 1, description => description with { Testbed = description.Testbed with { Name = "rack \"7\" \\ é" } });
        var odd = SyntheticRun.Map(("work-load", "=cmd|' /C calc'!A0"), ("work.load", "a,\"b\"\nc"), ("role", "x"));
        run.Values("boot.total", Units.Second, Better.Lower, SampleRole.Subject, SyntheticRun.Map(), 6.5, 7)
            .Values("boot.total", Units.Second, Better.Lower, SampleRole.Baseline, SyntheticRun.Map(), 5)
            .Values("net.rtt", Units.Millisecond, Better.Lower, SampleRole.Subject, odd, 0.25)
            .Values("net.bandwidth", Units.BitPerSecond, Better.Higher, SampleRole.Subject, SyntheticRun.Map(), 8e9)
            .Values("leaks.total", Units.Count, Better.Lower, SampleRole.Subject, SyntheticRun.Map(), 0)
            .Values("temperature.change", Units.Ratio, Better.None, SampleRole.Subject, SyntheticRun.Map(), -0.125)
            .Result("boot", "Boot", Verdict.Pass)
            .Result("hotplug", "Plug", Verdict.Fail, "seen after 9 s\n| limit 5 s")
            .Result("hotplug", "Unplug", Verdict.Error, "no host")
            .Result("scale", "Rack", Verdict.Skip);
        run.Writer.Add(new Sample
        {
            Metric = "boot.total", Unit = Units.Second, Better = Better.Lower, Value = 60, Outcome = SampleOutcome.Failed, Scenario = "Boot",
            Attributes = SyntheticRun.Map(("server", "+a")), T = new DateTimeOffset(2026, 3, 1, 2, 0, 0, TimeSpan.FromHours(1)),
            Conditions = new MachineConditions { StolenCores = 0.5, Frequency = 2.8e9 },
        });
        run.Complete();
        return RunReader.Read(run.Directory);
    }
}
