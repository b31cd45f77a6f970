using System.Diagnostics;

namespace Lab.Agent.Network;

/// <summary>A program that the agent drives ended with an error.</summary>
public sealed class CommandException(string message) : Exception(message);

/// <summary>Runs the tools of the SoC: Open vSwitch's, iproute2, nftables, genisoimage.</summary>
/// <param name="prefix">Put before every command, for instance <c>ip netns exec NAME</c>.</param>
/// <param name="environment">Added to the environment, for instance <c>OVS_RUNDIR</c>.</param>
public sealed class CommandRunner(
    TimeProvider time,
    IReadOnlyList<string>? prefix = null,
    IReadOnlyDictionary<string, string>? environment = null)
{
    /// <summary>The longest a tool may take.</summary>
    public static readonly TimeSpan TimeMax = TimeSpan.FromSeconds(20);

    /// <returns>What the program wrote to standard output.</returns>
    /// <exception cref="CommandException">It could not be started, ended with another code than 0, or took too long.</exception>
    public async Task<string> RunAsync(string program, IReadOnlyList<string> arguments, string? input, CancellationToken token)
    {
        string[] words = [.. prefix ?? [], program, .. arguments];
        var start = new ProcessStartInfo(words[0])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
        };
        foreach (var word in words[1..])
            start.ArgumentList.Add(word);
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        start.Environment["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

        using var process = new Process { StartInfo = start };
        try
        {
            process.Start();
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new CommandException($"{program} cannot be started: {e.Message}");
        }

        using var timeout = new CancellationTokenSource(TimeMax, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(token, timeout.Token);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(both.Token);
            var error = process.StandardError.ReadToEndAsync(both.Token);
            await WriteInputAsync(process, input, both.Token);
            await process.WaitForExitAsync(both.Token);
            if (process.ExitCode != 0)
                throw new CommandException($"{program} ended with {process.ExitCode}: {OneLine(await error, await output)}");
            return await output;
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            token.ThrowIfCancellationRequested();
            throw new CommandException($"{program} took longer than {TimeMax.TotalSeconds:0} s");
        }
    }

    private static async Task WriteInputAsync(Process process, string? input, CancellationToken token)
    {
        try
        {
            if (input is not null)
                await process.StandardInput.WriteAsync(input.AsMemory(), token);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The program ended without reading; its exit code tells.
        }
    }

    private static string OneLine(string error, string output)
    {
        var text = (error.Trim().Length > 0 ? error : output).Trim().ReplaceLineEndings(" | ");
        return text.Length > 400 ? text[..400] + "…" : text;
    }
}
