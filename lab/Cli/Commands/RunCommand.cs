using System.CommandLine;
using System.Globalization;
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
        var suite = new Argument<string>("suite") { Description = "smoke or nightly" };
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
        var testbed = new Option<string>("--testbed") { Description = "Testbed file", DefaultValueFactory = _ => CommonOptions.DefaultTestbedPath };
        var filter = new Option<string?>("--filter") { Description = "Only scenarios whose class or method name contains this, such as HotPlug" };
        var runs = CommonOptions.Runs();
        var json = CommonOptions.Json();
        command.Options.Add(testbed);
        command.Options.Add(filter);
        command.Options.Add(runs);
        command.Options.Add(json);
        command.SetAction((parsed, token) => RunAsync(
            suite(parsed), parsed.GetValue(testbed)!, parsed.GetValue(filter), parsed.GetValue(runs)!, parsed.GetValue(json), parsed.InvocationConfiguration.Output, token));
    }

    private static async Task<int> RunAsync(
        string suite, string testbed, string? filter, string runs, bool json, TextWriter output, CancellationToken token)
    {
        var console = json ? CommonOptions.ConsoleOn(TextWriter.Null) : CommonOptions.ConsoleOn(output);
        var runner = new SuiteRunner(suite, testbed, filter, runs, told => Print(console, told));
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

    internal static void Print(IAnsiConsole console, RunProgress told)
    {
        var took = told.Seconds is { } seconds ? string.Create(CultureInfo.InvariantCulture, $" [grey]{seconds:0.0} s[/]") : "";
        if (told.Step is not null && told.Seconds is not null)
            console.MarkupLine($"  [blue]up[/]    {told.Step.EscapeMarkup()}{took}");
        if (told.Scenario is not null && told.Verdict is null)
            console.MarkupLine($"  [grey]run   {told.Scenario.EscapeMarkup()}[/]");
        if (told.Scenario is null || told.Verdict is null)
            return;
        var colour = told.Verdict switch { "pass" => "green", "skip" => "grey", "error" => "yellow", _ => "red" };
        console.MarkupLine($"  [{colour}]{told.Verdict}[/]{new string(' ', Math.Max(1, 6 - told.Verdict.Length))}{told.Scenario.EscapeMarkup()}{took}");
        if (told.Reason is not null)
            console.MarkupLine($"        [grey]{told.Reason.EscapeMarkup()}[/]");
    }
}
