using System.Globalization;
using System.Text.RegularExpressions;

namespace Lab.Harness.Consoles;

/// <summary>Runs commands in the probe OS's root shell on the serial console, one at a time.</summary>
public sealed class GuestShell(SerialConsole console) : IDisposable
{
    private static readonly TimeSpan DefaultLimit = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim one = new(1, 1);
    private int number;

    /// <returns>What the command printed, with its exit code.</returns>
    /// <exception cref="ConsoleTimeoutException">The shell did not answer in time.</exception>
    public async Task<GuestResult> TryRunAsync(string command, CancellationToken token, TimeSpan? limit = null)
    {
        await one.WaitAsync(token);
        try
        {
            var mark = $"{++number:x4}";
            var from = console.Position;
            // Quotes between the marks' halves: an echoed command line never looks like its answer.
            await console.WriteAsync($"echo '@'\"<{mark}\"; {{ {command}\n}}; echo '@'\">{mark} $?\"\n", token);
            var started = await console.WaitForAsync(new Regex($"@<{mark}\r?\n"), from, limit ?? DefaultLimit, token);
            var finished = await console.WaitForAsync(new Regex($"@>{mark} (\\d+)\r?\n"), started.End, limit ?? DefaultLimit, token);
            var output = console.Text(started.End)[..(finished.Start - started.End)].Replace("\r", "", StringComparison.Ordinal);
            return new GuestResult(
                int.Parse(finished.Match.Groups[1].Value, CultureInfo.InvariantCulture), output.TrimEnd('\n'), started.At, finished.At);
        }
        finally
        {
            one.Release();
        }
    }

    /// <exception cref="GuestCommandException">The command failed.</exception>
    public async Task<string> RunAsync(string command, CancellationToken token, TimeSpan? limit = null)
    {
        var result = await TryRunAsync(command, token, limit);
        return result.ExitCode == 0 ? result.Output : throw new GuestCommandException(command, result);
    }

    public void Dispose() => one.Dispose();
}

/// <param name="StartedAt">When the shell began with the command.</param>
/// <param name="FinishedAt">When it was done.</param>
public sealed record GuestResult(int ExitCode, string Output, DateTimeOffset StartedAt, DateTimeOffset FinishedAt);

public sealed class GuestCommandException(string command, GuestResult result)
    : Exception($"in the guest, `{command}` failed with {result.ExitCode}: {result.Output}");
