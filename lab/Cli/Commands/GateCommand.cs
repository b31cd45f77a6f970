using System.CommandLine;
using Lab.Contracts.Runs;
using Lab.Reports.Comparison;
using Lab.Reports.Gates;
using Lab.Reports.Outputs;
using Spectre.Console;

namespace Lab.Cli.Commands;

/// <summary><c>lab gate THRESHOLDS RUN…</c>: holds runs against a thresholds file, for CI.</summary>
internal static class GateCommand
{
    public static Command Create()
    {
        var thresholds = new Argument<string>("THRESHOLDS") { Description = "Thresholds file (YAML): limits per metric, absolute, relative to the baseline, or on the change against other runs." };
        var run = new Argument<string[]>("RUN") { Description = "Runs of one build, taken together: path, id, unique start of an id, short id, or 'latest'.", Arity = ArgumentArity.OneOrMore };
        var against = new Option<string[]>("--against") { Description = "Reference runs, where the file limits a change.", AllowMultipleArgumentsPerToken = true };
        var strict = new Option<bool>("--strict") { Description = "A change that the data do not decide fails too." };
        var (runs, noise, json) = (CommonOptions.Runs(), CommonOptions.Noise(), CommonOptions.Json());
        var command = new Command("gate", "Hold runs against a thresholds file: exit code 1 when a limit is exceeded. Example: lab gate thresholds.yaml latest --against 3f2a91")
        {
            thresholds, run, against, strict, runs, noise, json,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            List<RunRecord> Read(IEnumerable<string> names) => [.. names.Select(name => RunReader.Read(RunLocator.Find(parsed.GetValue(runs)!, name)))];
            var rules = GateFile.Load(parsed.GetValue(thresholds)!);
            var candidates = Read(parsed.GetValue(run)!);
            var references = Read(parsed.GetValue(against) ?? []);
            if (references.Count == 0 && rules.Any(rule => rule.Statistic == GateStatistic.Change))
                throw new UsageException("the file limits a change: name the reference runs by --against RUN");

            var change = references.Count == 0 ? null : RunComparison.Of(
                references, candidates, noise: CommonOptions.Noise(parsed.GetValue(noise), parsed.GetValue(runs)!, references[0].Info));
            if (change is { Comparable: false })
                throw new UsageException(change.Reason);
            var results = GateCheck.Of(rules, candidates, change);
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
                await output.WriteAsync(JsonOutput.Render(results));
            else
                Write(output, results);
            return results.Any(result => result.Verdict == GateVerdict.Fail || (parsed.GetValue(strict) && result.Verdict == GateVerdict.Undecided))
                ? ExitCodes.Failed
                : ExitCodes.Ok;
        });
        return command;
    }

    private static void Write(TextWriter output, IReadOnlyList<GateResult> results)
    {
        var console = CommonOptions.ConsoleOn(output);
        var table = new Table().Border(TableBorder.Simple).AddColumns("verdict", "metric", "of", "found");
        foreach (var result in results)
            table.AddRow(
                new Text(result.Verdict.ToString().ToLowerInvariant(), result.Verdict switch
                {
                    GateVerdict.Pass => new Style(Color.Green),
                    GateVerdict.Fail => new Style(Color.Red),
                    _ => new Style(Color.Yellow),
                }),
                new Text(result.Series),
                new Text(result.Statistic.ToString().ToLowerInvariant()),
                new Text(result.Text));
        console.Write(table);
        var failed = results.Count(result => result.Verdict == GateVerdict.Fail);
        console.MarkupLine(failed == 0 ? $"[green]all {results.Count} limits hold[/]" : $"[red]{failed} of {results.Count} limits are exceeded[/]");
    }
}
