using Lab.Harness.Processes;

namespace Lab.Harness.Services;

/// <summary>
/// A long-running program under runit's <c>runsv</c> (man 8 runsv): it outlives the harness, is started again when it dies, and
/// gets its secrets by environment only.
/// </summary>
public sealed class RunitService(string directory, string logFile)
{
    public string Name => Path.GetFileName(directory);
    public string LogFile => logFile;

    /// <summary>Process id of the program itself; null while it is down. A supervisor that was killed leaves a stale one behind.</summary>
    public int? ProcessId =>
        File.Exists(Path.Combine(directory, "supervise", "pid"))
        && int.TryParse(File.ReadAllText(Path.Combine(directory, "supervise", "pid")), out var pid)
        && ProcessStat.StartTimeOf(pid) is not null ? pid : null;

    public async Task StartAsync(
        IReadOnlyList<string> command, IReadOnlyDictionary<string, string> environment, CancellationToken token)
    {
        Directory.CreateDirectory(directory);
        var run = Path.Combine(directory, "run");
        await File.WriteAllTextAsync(run, $"#!/bin/sh\nexec >>{Quote(logFile)} 2>&1\nexec {string.Join(' ', command.Select(Quote))}\n", token);
        File.SetUnixFileMode(run, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await Detached.StartAsync(["runsv", directory], environment, token);
        await Wait.UntilAsync($"runsv of {Name}", TimeSpan.FromSeconds(10), _ => Task.FromResult(ProcessId is not null), token);
    }

    /// <summary>Ends the program and its supervisor (SIGTERM, and SIGKILL after some seconds).</summary>
    public async Task StopAsync(CancellationToken token)
    {
        if (Directory.Exists(Path.Combine(directory, "supervise")))
            await Tool.TryRunAsync("sv", ["-w", "5", "force-shutdown", directory], token);
    }

    private static string Quote(string text) => "'" + text.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
}
