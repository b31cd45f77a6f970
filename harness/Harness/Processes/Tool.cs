using System.ComponentModel;
using System.Diagnostics;

namespace Lab.Harness.Processes;

/// <summary>Runs a command-line tool to its end. Arguments are never passed through a shell.</summary>
public static class Tool
{
    /// <returns>Its standard output.</returns>
    /// <exception cref="LabException">It is missing or exits with another code than 0.</exception>
    public static async Task<string> RunAsync(
        string file, IEnumerable<string> arguments, CancellationToken token, string? input = null,
        IReadOnlyDictionary<string, string>? environment = null)
    {
        var result = await TryRunAsync(file, arguments, token, input, environment);
        return result.ExitCode == 0
            ? result.Output
            : throw new LabException($"{file} {string.Join(' ', arguments)} failed with {result.ExitCode}: {result.Error.Trim()}");
    }

    /// <param name="environment">Added to this process's own; where a secret belongs, since arguments are seen by all.</param>
    public static async Task<ToolResult> TryRunAsync(
        string file, IEnumerable<string> arguments, CancellationToken token, string? input = null,
        IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        using var process = Start(start);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(token);
            var error = process.StandardError.ReadToEndAsync(token);
            await FeedAsync(process, input, token);
            await process.WaitForExitAsync(token);
            return new ToolResult(process.ExitCode, await output, await error);
        }
        catch
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
            throw;
        }
    }

    private static async Task FeedAsync(Process process, string? input, CancellationToken token)
    {
        try
        {
            if (input is not null)
                await process.StandardInput.WriteAsync(input.AsMemory(), token);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading to the end; its exit code and words say why, and better than a broken pipe.
        }
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start) ?? throw new LabException($"{start.FileName} did not start");
        }
        catch (Win32Exception e)
        {
            throw new LabException($"{start.FileName} cannot be run ({e.Message}); `lab doctor` says which package it is in", e);
        }
    }
}

public sealed record ToolResult(int ExitCode, string Output, string Error);
