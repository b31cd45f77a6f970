using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;

namespace Lab.Emulators.Storage.Tests.Support;

/// <summary>The program itself, on loopback ports of its choice.</summary>
internal sealed partial class TargetProcess : IDisposable
{
    private static readonly TimeSpan StartTimeMax = TimeSpan.FromSeconds(30);

    private readonly Process process;

    private TargetProcess(Process process, IPEndPoint rest, string nvme)
    {
        this.process = process;
        Nvme = nvme == "none" ? null : IPEndPoint.Parse(nvme);
        Management = Management.At(rest);
    }

    public Management Management { get; }

    /// <summary>Null without NVMe/TCP.</summary>
    public IPEndPoint? Nvme { get; }

    public static async Task<TargetProcess> StartAsync(string pool, params string[] more)
    {
        var process = Run(["--pool", pool, "--rest", "127.0.0.1:0", "--nbd", "127.0.0.1:0", "--log-level", "Warning", .. more]);
        using var limit = new CancellationTokenSource(StartTimeMax);
        while (await process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
            if (Ready().Match(line) is { Success: true } ready)
                return new TargetProcess(process, IPEndPoint.Parse(ready.Groups[1].Value), ready.Groups[3].Value);
        throw new InvalidOperationException("the storage target did not start: " + await process.StandardError.ReadToEndAsync(limit.Token));
    }

    public static Process Run(string[] arguments)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "Lab.Emulators.Storage.dll");
        return Process.Start(new ProcessStartInfo("dotnet", [program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>SIGTERM; returns the exit code.</summary>
    public async Task<int> TerminateAsync()
    {
        await Tool.RunAsync("kill", "-TERM", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture));
        await process.WaitForExitAsync().WaitAsync(StartTimeMax);
        return process.ExitCode;
    }

    public void Dispose()
    {
        if (!process.HasExited)
            process.Kill();
        process.Dispose();
        Management.Http.Dispose();
    }

    [GeneratedRegex(@"\Aready rest=(\S+) nbd=(\S+) nvme=(\S+)\z")]
    private static partial Regex Ready();
}
