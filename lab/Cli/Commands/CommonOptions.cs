using System.CommandLine;
using System.Text.Json;
using Lab.Contracts.Runs;
using Lab.Harness.Launch;
using Lab.Reports.Calibration;
using Spectre.Console;

namespace Lab.Cli.Commands;

/// <summary>Options and arguments that several commands share. Each call makes a new one: a symbol belongs to one command.</summary>
internal static class CommonOptions
{
    // Wide enough for every column where the output is a file or a pipe.
    private const int PipeWidth = 160;

    public static string DefaultTestbedPath => Path.Combine(Programs.Own.Checkout, "scenarios", "Scenarios", "testbeds", "emulated-2x.yaml");

    public static JsonSerializerOptions Indented { get; } = new() { WriteIndented = true };

    public static Option<bool> Json() => new("--json") { Description = "Print JSON instead of text." };

    public static Option<string> Runs() => new("--runs")
    {
        Description = "Directory that holds the runs.",
        DefaultValueFactory = _ => "runs",
    };

    public static Option<string> Testbed() => new("--testbed") { Description = "Testbed file", DefaultValueFactory = _ => DefaultTestbedPath };

    public static Option<string?> Filter() => new("--filter") { Description = "Only scenarios whose class or method name contains this, such as HotPlug" };

    public static Option<string[]> Scenarios() => new("--scenario")
    {
        Description = "Only the scenario of this name, such as hot-plug-disk; may be repeated",
        DefaultValueFactory = _ => [],
    };

    public static Option<string?> Noise() => new("--noise") { Description = "Noise profile of the testbed; else the one that `lab calibrate` made for runs of this kind." };

    /// <summary>The profile that was named, or the one that fits a run; null where nobody calibrated.</summary>
    public static NoiseProfile? Noise(string? file, string runsDirectory, RunInfo run) =>
        file is null ? NoiseProfiles.Find(runsDirectory, ComparisonKey.Of(run).Hash) : NoiseProfiles.Read(file);

    public static Argument<string> Run(string name) => new(name)
    {
        Description = "A run: path, id, unique start of an id, short id, or 'latest'.",
    };

    /// <exception cref="UsageException">None is up, or several.</exception>
    public static TestbedPaths OnlyTestbed() => Leftovers.Testbeds() switch
    {
        [var name] => new TestbedPaths(name),
        [] => throw new UsageException("no testbed is up; `lab up` raises one"),
        var several => throw new UsageException($"several testbeds are up: {string.Join(", ", several)}"),
    };

    public static IAnsiConsole ConsoleOn(TextWriter output)
    {
        var terminal = output == Console.Out && !Console.IsOutputRedirected;
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(output),
            Ansi = terminal ? AnsiSupport.Detect : AnsiSupport.No,
        });
        if (!terminal)
            console.Profile.Width = PipeWidth;
        return console;
    }
}
