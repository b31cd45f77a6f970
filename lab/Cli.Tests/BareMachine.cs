using System.Diagnostics;
using Lab.Harness.Launch;

namespace Lab.Cli.Tests;

/// <summary>
/// Runs <c>lab</c> as a program that sees an empty /run: no testbed and no docker engine, whatever the machine has. The kernel
/// takes it away with the program.
/// </summary>
internal static class BareMachine
{
    /// <param name="setup">Shell commands that furnish /run before.</param>
    public static async Task<LabRun> RunAsync(string setup, params string[] args)
    {
        var token = TestContext.Current.CancellationToken;
        var start = new ProcessStartInfo("unshare",
        [
            "--mount", "sh", "-ec", $"mount -t tmpfs none /run; cd /run; {setup}\nexec \"$@\"", "sh",
            Programs.DotnetHost, Path.Combine(AppContext.BaseDirectory, "lab.dll"), .. args,
        ])
        { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.Environment.Remove("DOCKER_HOST");
        using var process = Process.Start(start)!;
        try
        {
            process.StandardInput.Close();
            var (output, error) = (process.StandardOutput.ReadToEndAsync(token), process.StandardError.ReadToEndAsync(token));
            await process.WaitForExitAsync(token);
            return new LabRun(process.ExitCode, await output, await error);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }
}
