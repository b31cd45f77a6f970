using System.CommandLine;
using Lab.Cli.Experiments;
using Lab.Reports.Outputs;
using Lab.Reports.Statistics;

namespace Lab.Cli.Commands;

/// <summary>
/// <c>lab ab --a BUILD --b BUILD</c>: measures two builds in turn and judges B against A. Exit code 1 when something regressed, 3 when
/// nothing did but infrastructure broke sessions for good.
/// </summary>
internal static class AbCommand
{
    private const int SessionsDefault = 7;
    private const int RoundsDefault = 3;

    public static Command Create()
    {
        var (a, b) = (Build("--a", "The reference"), Build("--b", "The candidate"));
        var rounds = ExperimentOptions.Number("--rounds", "Rounds at most; only what is undecided is run again", RoundsDefault, RoundsDefault);
        var noise = CommonOptions.Noise();
        var command = new Command(
            "ab",
            "Measures two builds in interleaved sessions (ABBA), each on a fresh testbed, and judges B against A. Example: lab ab --a v1.2 --b HEAD --suite smoke --filter HotPlug --sessions 7")
        {
            a, b, rounds, noise,
        };
        var options = new ExperimentOptions(command, "Sessions of each build in each round", SessionsDefault);
        command.SetAction(async (parsed, token) =>
        {
            var progress = options.Progress(parsed);
            var builds = Builds.Own(progress);
            var reference = await builds.FindAsync(parsed.GetValue(a)!, token);
            var candidate = await builds.FindAsync(parsed.GetValue(b)!, token);
            var plan = new ExperimentPlan(options.Sessions(parsed), parsed.GetValue(rounds)) { Scenarios = options.Scenarios(parsed) };
            var experiment = new AbExperiment(options.Run(parsed), plan, parsed.GetValue(noise), TimeProvider.System, progress, progress.Follow);
            var report = await experiment.RunAsync(reference, candidate, token);
            var output = parsed.InvocationConfiguration.Output;
            if (options.Json(parsed))
            {
                await output.WriteAsync(JsonOutput.Render(report));
            }
            else
            {
                ComparisonTable.Write(output, report.Outcome.Comparison);
                foreach (var warning in report.Warnings)
                    await output.WriteLineAsync("noisy: " + warning);
                await output.WriteLineAsync(Sessions(report.Outcome));
                await output.WriteLineAsync(report.PathIn(options.Runs(parsed)));
            }

            return report.Outcome.Comparison.Verdict == Judgement.Regressed ? ExitCodes.Failed
                : report.Outcome.LeftOut > 0 ? ExitCodes.Infrastructure
                : ExitCodes.Ok;
        });
        return command;
    }

    private static Option<string> Build(string name, string what) => new(name)
    {
        Description = $"{what}: directory of a built checkout, or a git revision, which is built",
        Required = true,
    };

    private static string Sessions(ExperimentOutcome outcome)
    {
        var broken = outcome.Sessions.Count(session => !session.Counted);
        return $"{outcome.Sessions.Count - broken} sessions; the last round was {outcome.Rounds}"
            + (broken > 0 ? $"; infrastructure broke {broken} more, of which {outcome.LeftOut} could not be repeated" : "");
    }
}
