using System.CommandLine;
using System.Globalization;
using Lab.Contracts.Runs;
using Lab.Reports.Outputs;
using Lab.Reports.Store;
using Spectre.Console;

namespace Lab.Cli.Commands;

/// <summary><c>lab runs</c>: lists the runs of the store; its subcommands pin, prune and verify them.</summary>
internal static class RunsCommand
{
    public static Command Create()
    {
        var suite = new Option<string?>("--suite") { Description = "Runs of this suite." };
        var since = new Option<string?>("--since") { Description = "Runs that started at this time or later: a date, a time, or an age (90d)." };
        var until = new Option<string?>("--until") { Description = "Runs that started before this time." };
        var commit = new Option<string?>("--commit") { Description = "Runs of this commit, or of one that starts so." };
        var labels = new Option<string[]>("--label") { Description = "Runs with this label (name=value); may be repeated." };
        var (options, json) = (new StoreOptions(), CommonOptions.Json());
        var command = new Command("runs", "List runs, oldest first. Example: lab runs --suite nightly --since 14d --label arm=a")
        {
            suite, since, until, commit, labels, json,
        };
        options.AddTo(command);
        command.Subcommands.Add(CreatePin("pin", "Keep a run: prune leaves it alone. Example: lab runs pin latest", pinned: true));
        command.Subcommands.Add(CreatePin("unpin", "Let prune have a run again. Example: lab runs unpin 3f2a91", pinned: false));
        command.Subcommands.Add(CreatePrune());
        command.Subcommands.Add(CreateVerify());
        command.SetAction(async (parsed, cancel) =>
        {
            var query = new RunQuery
            {
                Suite = parsed.GetValue(suite),
                Since = parsed.GetValue(since) is { } from ? TimeArgument.Parse(from) : null,
                Until = parsed.GetValue(until) is { } to ? TimeArgument.Parse(to) : null,
                Commit = parsed.GetValue(commit),
                Labels = Labels(parsed.GetValue(labels) ?? []),
            };
            await using var store = await options.OpenCurrentAsync(parsed, cancel);
            var runs = await store.RunsAsync(query, cancel);
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
                await output.WriteAsync(JsonOutput.Render(runs));
            else
                Write(output, runs);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command CreatePin(string name, string description, bool pinned)
    {
        var run = CommonOptions.Run("RUN");
        var options = new StoreOptions();
        var command = new Command(name, description) { run };
        options.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            await using var store = await options.OpenAsync(parsed, cancel);
            // The whole id also names a run whose directory is on another machine.
            var id = parsed.GetValue(run)!;
            if (!await SetAsync(id))
            {
                var directory = RunLocator.Find(options.RunsDirectory(parsed), id);
                id = RunReader.ReadInfo(directory).Id;
                var report = await store.ImportAsync([directory], cancel: cancel);
                if (report.Refused is [var refused, ..])
                    throw new UsageException(StoreOptions.Text(refused));
                await SetAsync(id);
            }

            await parsed.InvocationConfiguration.Output.WriteLineAsync($"{id} {(pinned ? "is pinned" : "is not pinned")}");
            return ExitCodes.Ok;

            Task<bool> SetAsync(string of) => pinned ? store.PinAsync(of, cancel) : store.UnpinAsync(of, cancel);
        });
        return command;
    }

    private static Command CreatePrune()
    {
        var age = new Option<string>("--older-than") { Description = "Age from which runs go: 90d, 12h, 4w.", Required = true };
        var keep = new Option<int>("--keep") { Description = "So many of each suite's newest runs stay, however old." };
        keep.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 0)
                result.AddError("--keep takes a number from 0");
        });
        var dryRun = new Option<bool>("--dry-run") { Description = "Say what would go, and touch nothing." };
        var (options, json) = (new StoreOptions(), CommonOptions.Json());
        var command = new Command(
            "prune", "Delete the directories of old runs that are not pinned, and forget them. Example: lab runs prune --older-than 90d --keep 10 --dry-run")
        {
            age, keep, dryRun, json,
        };
        options.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            var before = TimeProvider.System.GetUtcNow() - TimeArgument.ParseAge(parsed.GetValue(age)!);
            var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            await using var store = await options.OpenCurrentAsync(parsed, cancel);
            var report = await store.PruneAsync(new PruneOptions(options.RunsDirectory(parsed), before, parsed.GetValue(keep), parsed.GetValue(dryRun)), cancel);
            foreach (var refused in report.Refused)
                await error.WriteLineAsync($"lab: not removed: {StoreOptions.Text(refused)}");
            if (parsed.GetValue(json))
            {
                await output.WriteAsync(JsonOutput.Render(report));
            }
            else
            {
                var verb = parsed.GetValue(dryRun) ? "would remove" : "removed";
                foreach (var run in report.Removed)
                    await output.WriteLineAsync($"{verb} {run.Directory}");
                await output.WriteLineAsync($"{verb} {report.Removed.Count} runs");
            }

            return report.Refused.Count == 0 ? ExitCodes.Ok : ExitCodes.Failed;
        });
        return command;
    }

    private static Command CreateVerify()
    {
        var (options, json) = (new StoreOptions(), CommonOptions.Json());
        var command = new Command(
            "verify", "Hold the files of all runs against the checksums of their import: exit code 1 when one is changed or missing. Example: lab runs verify") { json };
        options.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            await using var store = await options.OpenAsync(parsed, cancel);
            var faults = await store.VerifyAsync(StoreOptions.Progress(error, "verified"), cancel);
            if (parsed.GetValue(json))
            {
                await output.WriteAsync(JsonOutput.Render(faults));
            }
            else
            {
                foreach (var fault in faults)
                    await output.WriteLineAsync($"{fault.Kind.ToString().ToLowerInvariant()} {fault.File}");
                await output.WriteLineAsync(faults.Count == 0 ? "every file is as it was imported" : $"{faults.Count} files are not as they were imported; `lab import` takes them as they are");
            }

            return faults.Count == 0 ? ExitCodes.Ok : ExitCodes.Failed;
        });
        return command;
    }

    private static Dictionary<string, string> Labels(IEnumerable<string> texts)
    {
        var labels = new Dictionary<string, string>();
        foreach (var text in texts)
        {
            var parts = text.Split('=', 2);
            if (parts is not [{ Length: > 0 } name, var value])
                throw new UsageException($"--label {text}: write name=value");
            labels[name] = value;
        }

        return labels;
    }

    private static void Write(TextWriter output, IReadOnlyList<StoredRun> runs)
    {
        var table = RunTables.Columns("run", "commit", "pass", "fail", "error", "skip", "samples", "minutes", "");
        foreach (var run in runs)
        {
            var minutes = run.EndedAt is { } end ? (end - run.StartedAt).TotalMinutes.ToString("F1", CultureInfo.InvariantCulture) : "–";
            string[] cells =
            [
                run.Id, run.Commit is { } commit ? commit[..10] + (run.Dirty ? "+" : "") : "–",
                Number(run.Verdicts.Pass), Number(run.Verdicts.Fail), Number(run.Verdicts.Error), Number(run.Verdicts.Skip), Number(run.Samples),
                minutes, run.Pinned ? "pinned" : "",
            ];
            table.AddRow(cells.Select(cell => new Text(cell)));
        }

        CommonOptions.ConsoleOn(output).Write(table);
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
