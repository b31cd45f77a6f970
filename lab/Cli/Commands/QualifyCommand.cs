using System.CommandLine;
using System.Text;
using Lab.Contracts.Runs;
using Lab.Harness.Recording;
using Lab.Reports;
using Lab.Reports.Qualification;
using Lab.Reports.Qualification.Evaluation;
using Lab.Reports.Qualification.Profiles;
using Lab.Reports.Qualification.Statements;
using Spectre.Console;

namespace Lab.Cli.Commands;

/// <summary><c>lab qualify PROFILE</c>: holds runs against a profile and writes the statement, signed where there is a key.</summary>
internal static class QualifyCommand
{
    public static Command Create()
    {
        var profile = new Argument<string>("PROFILE") { Description = "Id of a shipped profile (`lab qualify list`), or path of one" };
        var run = new Option<string[]>("--run") { Description = "A run to judge: path, id, unique start of an id, short id, or 'latest'; once for each session" };
        var testbed = new Option<string?>("--testbed") { Description = "Testbed file: first run as many sessions on it as the profile wants" };
        var deviations = new Option<string?>("--deviations") { Description = "File of granted deviations" };
        var device = new Option<string?>("--device") { Description = "Name of the device in the statement; else the runs' label 'device', or the testbed's name" };
        var directory = new Option<string?>("--out") { Description = "Directory of the statement; else one beside the runs" };
        var key = new Option<string?>("--key") { Description = "Private key to sign with (`lab qualify keygen`)" };
        var noPdf = new Option<bool>("--no-pdf") { Description = "Write no PDF; needs no Chromium" };
        var (runs, json) = (CommonOptions.Runs(), CommonOptions.Json());
        var command = new Command("qualify", "Holds runs against a profile and writes a statement: JSON, page, PDF. Exit code 0 when qualified, 1 when not. Example: lab qualify dpu-baremetal-1.0 --run 3f2a91 --run latest --key lab.pem")
        {
            profile, run, testbed, deviations, device, directory, key, noPdf, runs, json,
            QualifyProfileCommands.CreateList(),
            QualifyProfileCommands.CreateShow(),
            QualifyKeyCommands.CreateKeygen(),
            QualifyKeyCommands.CreateVerify(),
            QualifyCompareCommand.Create(),
        };
        command.SetAction((parsed, cancel) => UsageOf(async () =>
        {
            var output = parsed.InvocationConfiguration.Output;
            var asked = ProfileFile.Load(parsed.GetValue(profile)!);
            var granted = parsed.GetValue(deviations) is { } file ? DeviationsFile.Load(file, asked) : [];
            using var signer = parsed.GetValue(key) is { } path ? SigningKey.Load(path) : null;
            var progress = CommonOptions.ConsoleOn(parsed.GetValue(json) ? TextWriter.Null : output);
            var sessions = (parsed.GetValue(testbed), parsed.GetValue(run) ?? []) switch
            {
                (null, []) => throw new UsageException("give the runs to judge (--run RUN), or a testbed to run them on (--testbed FILE)"),
                (null, var names) => [.. names.Select(name => RunLocator.Find(parsed.GetValue(runs)!, name))],
                ({ } onto, []) => await RunSessionsAsync(asked, onto, parsed.GetValue(runs)!, progress, cancel),
                _ => throw new UsageException("--run judges runs that are there, --testbed makes new ones; give one of the two"),
            };
            var statement = Qualifier.Evaluate(asked, [.. sessions.Select(RunReader.Read)], granted, parsed.GetValue(device));
            var target = Path.GetFullPath(parsed.GetValue(directory) ?? StatementFiles.DefaultDirectory(statement, Path.GetDirectoryName(sessions[0])!));
            progress.MarkupLine(parsed.GetValue(noPdf) ? "[grey]writing the statement[/]" : "[grey]writing and printing the statement[/]");
            await StatementWriter.WriteAsync(statement, target, signer, !parsed.GetValue(noPdf), TimeProvider.System, cancel);
            if (parsed.GetValue(json))
                await output.WriteLineAsync(Encoding.UTF8.GetString(StatementJson.Serialize(statement)));
            else
                QualificationTables.Write(output, statement, target, signed: signer is not null);
            return Words.IsQualified(statement.Verdict) ? ExitCodes.Ok : ExitCodes.Failed;
        }));
        return command;
    }

    /// <summary>Inputs that cannot be used are a matter of usage; one place says so for every command here.</summary>
    public static async Task<int> UsageOf(Func<Task<int>> command)
    {
        try
        {
            return await command();
        }
        catch (QualificationException error)
        {
            throw new UsageException(error.Message);
        }
    }

    private static async Task<IReadOnlyList<string>> RunSessionsAsync(
        QualificationProfile profile, string testbed, string runs, IAnsiConsole console, CancellationToken cancel)
    {
        if (!SuiteSettings.Suites.Contains(profile.Suite))
            throw new UsageException($"{profile.Id} wants runs of {profile.Suite}, which is no suite of this lab: {string.Join(", ", SuiteSettings.Suites)}");
        var directories = new List<string>();
        while (directories.Count < profile.Sessions)
        {
            console.MarkupLineInterpolated($"session {directories.Count + 1} of {profile.Sessions}: {profile.Suite}");
            var runner = new SuiteRunner(new SuiteRun(profile.Suite, testbed, runs), told => SuiteProgress.Print(console, told));
            await runner.RunAsync(cancel);
            await ReportWriter.WriteAsync(runner.RunDirectory!, cancel);
            directories.Add(runner.RunDirectory!);
        }
        return directories;
    }
}
