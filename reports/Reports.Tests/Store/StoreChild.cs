using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Lab.Reports.Store;

namespace Lab.Reports.Tests.Store;

/// <summary>An import in a process of its own: one that can be killed, and whose memory and time are nobody else's.</summary>
public sealed class StoreChild : RunsFixture
{
    private const string RunsVariable = "LAB_TEST_STORE_RUNS";

    /// <summary>What the child writes beside the store when it is through. Times in seconds, memory in bytes.</summary>
    public sealed record Figures(int Runs, int Points, double Import, double ImportCpu, double History, double HistoryCpu, long PeakMemory);

    /// <summary>Of the directory that the environment names; in a run of all tests, of one with a single run.</summary>
    [Fact]
    public async Task Import_OfADirectory_IsMeasured()
    {
        var runs = Environment.GetEnvironmentVariable(RunsVariable) ?? Runs;
        if (runs == Runs)
            new SyntheticRun(Runs).Nightly().Dispose();
        using var process = Process.GetCurrentProcess();
        var (wall, cpu) = (Stopwatch.StartNew(), process.TotalProcessorTime);
        await using var store = await RunStore.OpenAsync(RunStore.DefaultLocation(runs));
        var report = await store.ImportAsync([runs]);
        var (import, importCpu) = (wall.Elapsed, Cpu());
        wall.Restart();
        var history = await store.HistoryAsync();
        var (read, readCpu) = (wall.Elapsed, Cpu());
        process.Refresh();
        await File.WriteAllTextAsync(FiguresFile(runs), JsonSerializer.Serialize(new Figures(
            report.Imported, history.Sum(series => series.Points.Count), import.TotalSeconds, importCpu, read.TotalSeconds, readCpu, process.PeakWorkingSet64)));

        Assert.True(report.Imported > 0 && history.Count > 0);

        double Cpu()
        {
            process.Refresh();
            var before = cpu;
            cpu = process.TotalProcessorTime;
            return (cpu - before).TotalSeconds;
        }
    }

    internal static Process Start(string runs)
    {
        var start = new ProcessStartInfo("dotnet", [
            typeof(StoreChild).Assembly.Location, "--filter-method", $"{typeof(StoreChild).FullName}.{nameof(Import_OfADirectory_IsMeasured)}"])
        {
            Environment = { [RunsVariable] = runs },
            WorkingDirectory = runs,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    internal static async Task<Figures> ReadFiguresAsync(string runs) =>
        JsonSerializer.Deserialize<Figures>(await File.ReadAllTextAsync(FiguresFile(runs)))!;

    internal static string Text(Figures figures) => string.Create(
        CultureInfo.InvariantCulture,
        $"{figures.Runs} runs, {figures.Points} points: index {figures.Import:F1} s ({figures.ImportCpu:F1} s of CPU), "
        + $"history {figures.History:F2} s ({figures.HistoryCpu:F2} s of CPU), peak memory {figures.PeakMemory >> 20} MiB");

    private static string FiguresFile(string runs) => Path.Combine(runs, "figures.json");
}
