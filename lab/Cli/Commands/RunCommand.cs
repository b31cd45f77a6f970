using System.CommandLine;
using System.Text.Json.Nodes;
using Lab.Contracts.Runs;
using Lab.Harness.Recording;
using Lab.Reports;
using Spectre.Console;

namespace Lab.Cli.Commands;

/// <summary><c>lab run SUITE</c> and <c>lab nightly</c>: raises the testbed, runs the scenarios, writes the report.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var suite = new Argument<string>("suite") { Description = string.Join(", ", SuiteSettings.Suites) };
        suite.AcceptOnlyFromAmong([.. SuiteSettings.Suites]);
        var command = new Command("run", "Raises a testbed, runs a suite on it, takes it down and writes the report. Prints the run directory last. Example: lab run smoke --filter Boot") { suite };
        Complete(command, parsed => parsed.GetValue(suite)!);
        return command;
    }

    public static Command CreateNightly()
    {
        var command = new Command("nightly", "The same as `lab run nightly`. Example: lab nightly --runs /var/tmp/runs");
        Complete(command, _ => SuiteSettings.Nightly);
        return command;
    }

    private static void Complete(Command command, Func<ParseResult, string> suite)
    {
        var testbed = CommonOptions.Testbed();
        var filter = CommonOptions.Filter();
        var scenarios = CommonOptions.Scenarios();
        var labels = new Option<string[]>("--label") { Description = "Label of the run, key=value, to find it by; may be repeated", DefaultValueFactory = _ => [] };
        var runs = CommonOptions.Runs();
        var json = CommonOptions.Json();
        command.Options.Add(testbed);
        command.Options.Add(filter);
        command.Options.Add(scenarios);
        command.Options.Add(labels);
        command.Options.Add(runs);
        command.Options.Add(json);
        command.SetAction((parsed, token) => RunAsync(
            new SuiteRun(suite(parsed), parsed.GetValue(testbed)!, parsed.GetValue(runs)!)
            {
                Filter = parsed.GetValue(filter),
                Scenarios = parsed.GetValue(scenarios)!,
                Labels = ReadLabels(parsed.GetValue(labels)!),
            },
            parsed.GetValue(json), parsed.InvocationConfiguration.Output, token));
    }

    private static Dictionary<string, string> ReadLabels(IEnumerable<string> texts)
    {
        var labels = new Dictionary<string, string>();
        foreach (var text in texts)
        {
            var at = text.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0)
                throw new UsageException($"--label {text}: a label is written key=value");
            if (!labels.TryAdd(text[..at], text[(at + 1)..]))
                throw new UsageException($"--label {text[..at]} is given twice");
        }
        return labels;
    }

    private static async Task<int> RunAsync(SuiteRun run, bool json, TextWriter output, CancellationToken token)
    {
        var console = json ? CommonOptions.ConsoleOn(TextWriter.Null) : CommonOptions.ConsoleOn(output);
        var runner = new SuiteRunner(run, told => SuiteProgress.Print(console, told));
        var passed = await runner.RunAsync(token);
        var directory = runner.RunDirectory!;
        var record = RunReader.Read(directory);
        await ReportWriter.WriteAsync(directory, token);
        var counts = record.Results.GroupBy(r => r.Verdict).ToDictionary(g => g.Key, g => g.Count());
        int Count(Verdict verdict) => counts.GetValueOrDefault(verdict);
        if (json)
        {
            await output.WriteLineAsync(new JsonObject
            {
                ["run"] = directory,
                ["report"] = Path.Combine(directory, "report.html"),
                ["passed"] = Count(Verdict.Pass),
                ["failed"] = Count(Verdict.Fail),
                ["errors"] = Count(Verdict.Error),
                ["skipped"] = Count(Verdict.Skip),
            }.ToJsonString(CommonOptions.Indented));
        }
        else
        {
            console.MarkupLine($"{Count(Verdict.Pass)} passed, {Count(Verdict.Fail)} failed, {Count(Verdict.Error)} errors");
            await output.WriteLineAsync("report: " + Path.Combine(directory, "report.html"));
            await output.WriteLineAsync(directory);
        }
        return Count(Verdict.Fail) > 0 ? ExitCodes.Failed
            : Count(Verdict.Error) > 0 || !passed ? ExitCodes.Infrastructure
            : ExitCodes.Ok;
    }
}
