using System.CommandLine;
using System.Globalization;
using Lab.Reports.Outputs;
using Lab.Reports.Statistics.SelfTest;
using Lab.Reports.Trends;

namespace Lab.Cli.Commands;

/// <summary>
/// <c>lab selftest statistics</c>: the detectors on simulated series, beside theory. Exit code 1 when A/A alarms more often than the
/// nominal rate and its binomial error allow, or a change is found less often than computed.
/// </summary>
internal static class SelfTestCommand
{
    public static Command Create() =>
        new("selftest", "Show that the lab's detectors do what they say. Example: lab selftest statistics --trials 500") { CreateStatistics() };

    private static Command CreateStatistics()
    {
        var seed = new Option<ulong>("--seed") { Description = "Seed of the simulation.", DefaultValueFactory = _ => DetectorSelfTest.DefaultSeed };
        var trials = new Option<int>("--trials") { Description = "Trials of each case.", DefaultValueFactory = _ => DetectorSelfTest.DefaultTrials };
        trials.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > DetectorSelfTest.MaximumTrials)
                result.AddError($"--trials takes a number from 1 to {DetectorSelfTest.MaximumTrials}");
        });
        var json = CommonOptions.Json();
        var command = new Command(
            "statistics",
            "Simulate A/A and injected changes; print false alarms and power beside theory. Example: lab selftest statistics --trials 500")
        {
            seed, trials, json,
        };
        command.SetAction((parsed, cancel) =>
        {
            var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            IReadOnlyList<SelfTestCase> cases = [.. GateSelfTest.Cases, .. TrendSelfTest.Cases];
            var rows = DetectorSelfTest.Run(cases, parsed.GetValue(seed), parsed.GetValue(trials), new Counter(error, cases.Count), cancel);
            if (parsed.GetValue(json))
                output.Write(JsonOutput.Render(rows));
            else
                Write(output, rows);
            return Task.FromResult(rows.All(row => row.Pass) ? ExitCodes.Ok : ExitCodes.Failed);
        });
        return command;
    }

    private static void Write(TextWriter output, IReadOnlyList<SelfTestRow> rows)
    {
        static string Share(double? share, string before = "") =>
            share is { } value ? before + string.Create(CultureInfo.InvariantCulture, $"{value * 100:0.0#} %") : "";
        foreach (var suite in rows.GroupBy(row => row.Suite))
        {
            output.WriteLine(suite.Key);
            output.WriteLine($"  {"shape",-42} {"counted",-18} {"shift",6} {"n",4} {"trials",7} {"observed",9} {"computed",9}  limit");
            foreach (var row in suite)
                output.WriteLine(
                    $"  {row.Shape,-42} {row.Outcome,-18} {Share(row.Shift),6} {row.N,4} {row.Trials,7} {Share(row.Observed),9} {Share(row.Expected),9}  "
                    + $"{Share(row.AtMost, "≤ ")}{Share(row.AtLeast, "≥ ")}{(row.Pass ? "" : "  FAILED")}");
        }
        var failed = rows.Count(row => !row.Pass);
        output.WriteLine(failed == 0
            ? "All limits are kept, within three standard errors."
            : $"{failed} of {rows.Count} rows break their limit by more than three standard errors.");
    }

    /// <summary>Called on the simulating thread, in order; <see cref="Progress{T}"/> would print late.</summary>
    private sealed class Counter(TextWriter error, int cases) : IProgress<int>
    {
        public void Report(int value) => error.WriteLine($"lab: {value} of {cases} cases simulated");
    }
}
