using System.Diagnostics;
using System.Text.Json;
using Lab.Harness.Launch;
using Lab.Harness.Recording;
using Lab.Harness.Testbeds;

namespace Lab.Cli.Commands;

/// <summary>
/// Runs the scenarios of a suite in a process of their own, follows what it tells, and removes whatever it left when it did not end by
/// itself.
/// </summary>
internal sealed class SuiteRunner(SuiteRun run, Action<RunProgress> follow)
{
    private const int NoTestsRan = 8;
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan FollowInterval = TimeSpan.FromMilliseconds(200);

    private readonly HashSet<string> ran = [];

    public string? RunDirectory { get; private set; }

    /// <returns>True when every scenario passed.</returns>
    /// <exception cref="UsageException">No scenario fits, or one of the names is no scenario's; what the others found is on record.</exception>
    public async Task<bool> RunAsync(CancellationToken token)
    {
        var testbed = TestbedFile.Load(run.TestbedFile);
        var progress = Path.GetTempFileName();
        try
        {
            using var process = Start(testbed.Name, progress);
            using var reader = new StreamReader(new FileStream(progress, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
            var output = DrainAsync(process.StandardOutput);
            var error = DrainAsync(process.StandardError);
            try
            {
                while (!process.HasExited)
                {
                    await FollowAsync(reader);
                    await Task.WhenAny(process.WaitForExitAsync(token), Task.Delay(FollowInterval, TimeProvider.System, token));
                    token.ThrowIfCancellationRequested();
                }
                await FollowAsync(reader);
            }
            catch (OperationCanceledException)
            {
                await EndAsync(process);
                throw;
            }
            finally
            {
                await RemoveLeftoversAsync(testbed.Name);
            }
            if (process.ExitCode == NoTestsRan)
                throw new UsageException($"no scenario of suite {run.Suite} fits {Asked()}");
            if (RunDirectory is null)
                throw new Lab.Harness.LabException($"the scenarios ended with {process.ExitCode} before their record began:\n{await output}{await error}".TrimEnd());
            await File.WriteAllTextAsync(Path.Combine(RunDirectory, "logs", "scenarios.log"), await output + await error, CancellationToken.None);
            if (run.Scenarios.Except(ran).ToList() is { Count: > 0 } unknown)
                throw new UsageException($"suite {run.Suite} has no scenario {string.Join(", ", unknown)}; only {string.Join(", ", ran)} ran, recorded in {RunDirectory}");
            return process.ExitCode == 0;
        }
        finally
        {
            File.Delete(progress);
        }
    }

    private Process Start(string testbed, string progress)
    {
        var command = Programs.Own.Command("Lab.Scenarios", "--filter-trait", $"{SuiteSettings.Trait}={run.Suite}");
        var start = new ProcessStartInfo(command[0], [.. command.Skip(1), .. run.Filter is null ? [] : new[] { "--filter-method", $"*{run.Filter}*" }])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment[SuiteSettings.SuiteVariable] = run.Suite;
        start.Environment[SuiteSettings.TestbedFileVariable] = Path.GetFullPath(run.TestbedFile);
        start.Environment[SuiteSettings.RunsVariable] = Path.GetFullPath(run.RunsDirectory);
        start.Environment[SuiteSettings.ScenariosVariable] = string.Join(',', run.Scenarios);
        start.Environment[SuiteSettings.LabelsVariable] = JsonSerializer.Serialize(run.Labels);
        if (run.Build is not null)
            start.Environment[SuiteSettings.BuildVariable] = Path.GetFullPath(run.Build);
        start.Environment[RunProgress.FileVariable] = progress;
        // So that a clean-up after a kill ends this process too.
        start.Environment[TestbedPaths.OwnerVariable] = testbed;
        return Process.Start(start) ?? throw new Lab.Harness.LabException("the scenarios did not start");
    }

    private string Asked() =>
        string.Join(" and ", ((string?[])[run.Filter is null ? null : $"the filter '{run.Filter}'", run.Scenarios.Count == 0 ? null : $"the names {string.Join(", ", run.Scenarios)}"]).OfType<string>());

    private async Task FollowAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync(CancellationToken.None) is { Length: > 0 } line)
        {
            if (RunProgress.Parse(line) is not { } told)
                continue;
            RunDirectory = told.RunDirectory ?? RunDirectory;
            if (told.Scenario is { } scenario)
                ran.Add(scenario);
            follow(told);
        }
    }

    /// <summary>SIGINT lets the scenarios' own clean-up run; whoever does not heed it is killed.</summary>
    private static async Task EndAsync(Process process)
    {
        await Lab.Harness.Processes.Tool.TryRunAsync("kill", ["-INT", $"{process.Id}"], CancellationToken.None);
        using var limit = new CancellationTokenSource(EndLimit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
        }
    }

    private static async Task RemoveLeftoversAsync(string testbed)
    {
        if (!Leftovers.Testbeds().Contains(testbed))
            return;
        await using var docker = await DockerService.StartAsync(TimeProvider.System, CancellationToken.None);
        await new Leftovers(new TestbedPaths(testbed)).RemoveAsync(docker, CancellationToken.None);
    }

    private static Task<string> DrainAsync(StreamReader reader) => reader.ReadToEndAsync(CancellationToken.None);
}
