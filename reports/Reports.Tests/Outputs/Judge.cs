using System.Diagnostics;

namespace Lab.Reports.Tests.Outputs;

/// <summary>A foreign program that reads what we wrote.</summary>
internal static class Judge
{
    /// <summary>Runs it with a text on its standard input.</summary>
    public static async Task<(int Code, string Output)> RunAsync(string program, IEnumerable<string> arguments, string input = "")
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        try
        {
            var (output, error) = (process.StandardOutput.ReadToEndAsync(limit.Token), process.StandardError.ReadToEndAsync(limit.Token));
            await process.StandardInput.WriteAsync(input.AsMemory(), limit.Token);
            process.StandardInput.Close();
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, await output + await error);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    public static Task<(int Code, string Output)> PythonAsync(string script, string input, params string[] arguments) =>
        RunAsync("/usr/bin/python3", ["-c", script, .. arguments], input);
}
