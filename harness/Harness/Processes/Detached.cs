using System.Diagnostics;

namespace Lab.Harness.Processes;

/// <summary>Starts a program in a session of its own, so that it outlives the harness and no terminal signal reaches it.</summary>
internal static class Detached
{
    public static async Task StartAsync(
        IReadOnlyList<string> command, IReadOnlyDictionary<string, string> environment, CancellationToken token, string output = "/dev/null")
    {
        // The shell only redirects; "$@" keeps every argument whole.
        var start = new ProcessStartInfo("setsid", ["--fork", "sh", "-c", "exec </dev/null >>\"$0\" 2>&1; exec \"$@\"", output, .. command]);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start) ?? throw new LabException("setsid did not start");
        await process.WaitForExitAsync(token);
        if (process.ExitCode != 0)
            throw new LabException($"{command[0]} could not be started in the background (setsid: {process.ExitCode})");
    }
}
