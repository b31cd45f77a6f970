using System.CommandLine;
using System.Globalization;
using Lab.Cli.Experiments;
using Lab.Harness.Recording;
using Spectre.Console;

namespace Lab.Cli.Commands;

/// <summary>Options that commands running several sessions share.</summary>
internal sealed class ExperimentOptions
{
    private const int SessionsMax = 200;

    private readonly Option<string> suite = new("--suite") { Description = string.Join(", ", SuiteSettings.Suites), DefaultValueFactory = _ => SuiteSettings.Smoke };
    private readonly Option<string> testbed = CommonOptions.Testbed();
    private readonly Option<string?> filter = CommonOptions.Filter();
    private readonly Option<string[]> scenarios = CommonOptions.Scenarios();
    private readonly Option<int> sessions;
    private readonly Option<string> runs = CommonOptions.Runs();
    private readonly Option<bool> json = CommonOptions.Json();

    /// <param name="sessionsText">What a session is one of.</param>
    public ExperimentOptions(Command command, string sessionsText, int sessionsDefault)
    {
        suite.AcceptOnlyFromAmong([.. SuiteSettings.Suites]);
        sessions = Number("--sessions", sessionsText, sessionsDefault, SessionsMax);
        foreach (var option in new Option[] { suite, testbed, filter, scenarios, sessions, runs, json })
            command.Options.Add(option);
    }

    public static Option<int> Number(string name, string text, int fallback, int max)
    {
        var option = new Option<int>(name) { Description = text, DefaultValueFactory = _ => fallback };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 || result.GetValueOrDefault<int>() > max)
                result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} is a number from 1 to {max}"));
        });
        return option;
    }

    public SuiteRun Run(ParseResult parsed) => new(parsed.GetValue(suite)!, parsed.GetValue(testbed)!, parsed.GetValue(runs)!) { Filter = parsed.GetValue(filter) };

    public IReadOnlyList<string> Scenarios(ParseResult parsed) => parsed.GetValue(scenarios)!;

    public int Sessions(ParseResult parsed) => parsed.GetValue(sessions);

    public string Runs(ParseResult parsed) => parsed.GetValue(runs)!;

    public bool Json(ParseResult parsed) => parsed.GetValue(json);

    /// <summary>Progress goes where the result does not disturb it: to standard error when JSON is asked for.</summary>
    public ExperimentProgress Progress(ParseResult parsed) =>
        new(Json(parsed) ? parsed.InvocationConfiguration.Error : parsed.InvocationConfiguration.Output);
}

/// <summary>Progress of sessions, line by line.</summary>
internal sealed class ExperimentProgress(TextWriter output) : IProgress<string>
{
    private readonly IAnsiConsole console = CommonOptions.ConsoleOn(output);

    public void Report(string value) => output.WriteLine(value);

    public void Follow(RunProgress told) => SuiteProgress.Print(console, told);
}
