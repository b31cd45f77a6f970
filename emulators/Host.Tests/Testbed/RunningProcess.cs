using System.Diagnostics;
using System.Text;

namespace Lab.Emulators.Host.Tests.Testbed;

/// <summary>A child process whose output is kept; killed by its id at the end.</summary>
public sealed class RunningProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly StringBuilder output = new();
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private RunningProcess(Process process) => this.process = process;

    public int Id => process.Id;

    public string Output
    {
        get
        {
            lock (output)
                return output.ToString();
        }
    }

    public static RunningProcess Start(IReadOnlyList<string> command, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        var running = new RunningProcess(new Process { StartInfo = start });
        running.process.OutputDataReceived += (_, line) => running.Append(line.Data);
        running.process.ErrorDataReceived += (_, line) => running.Append(line.Data);
        running.process.Start();
        running.process.BeginOutputReadLine();
        running.process.BeginErrorReadLine();
        return running;
    }

    /// <summary>Runs a command to its end and returns what it printed.</summary>
    /// <exception cref="InvalidOperationException">It ended with another code than 0.</exception>
    public static async Task<string> RunAsync(IReadOnlyList<string> command, CancellationToken token, IReadOnlyDictionary<string, string>? environment = null)
    {
        await using var running = Start(command, environment);
        var code = await running.WaitForExitAsync(token);
        return code == 0
            ? running.Output
            : throw new InvalidOperationException($"{string.Join(' ', command)} ended with {code}: {running.Output}");
    }

    public async Task<int> WaitForExitAsync(CancellationToken token)
    {
        await process.WaitForExitAsync(token);
        return process.ExitCode;
    }

    public async Task<string> WaitForOutputAsync(string text, TimeSpan limit, CancellationToken token)
    {
        var start = Stopwatch.GetTimestamp();
        while (true)
        {
            var next = changed.Task;
            if (Output.Contains(text, StringComparison.Ordinal))
                return Output;
            if (process.HasExited)
                throw new InvalidOperationException($"ended with {process.ExitCode} before it printed '{text}': {Output}");
            var left = limit - Stopwatch.GetElapsedTime(start);
            if (left <= TimeSpan.Zero)
                throw new TimeoutException($"did not print '{text}' within {limit}: {Output}");
            await Task.WhenAny(next, Task.Delay(left < TimeSpan.FromSeconds(1) ? left : TimeSpan.FromSeconds(1), TimeProvider.System, token));
        }
    }

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        if (!process.HasExited)
            process.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>SIGTERM, then waits.</summary>
    public async Task<int> TerminateAsync(CancellationToken token)
    {
        await RunAsync(["kill", "-TERM", Id.ToString(System.Globalization.CultureInfo.InvariantCulture)], token);
        return await WaitForExitAsync(token);
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        process.Dispose();
    }

    private void Append(string? line)
    {
        if (line is null)
            return;
        lock (output)
            output.AppendLine(line);
        Interlocked.Exchange(ref changed, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
    }
}
