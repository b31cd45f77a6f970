using System.CommandLine;
using System.IO.Enumeration;
using Lab.Cli.Experiments;
using Lab.Harness;
using Lab.Harness.Launch;
using Lab.Reports.Comparison;
using Lab.Reports.Outputs;
using Lab.Reports.Statistics;

namespace Lab.Cli.Commands;

/// <summary>
/// <c>lab bisect --good REV --bad REV --metric GLOB</c>: finds the commit that made a metric worse. Exit code 1 when bad is not worse
/// than good.
/// </summary>
internal static class BisectCommand
{
    private const int SessionsDefault = 7;
    private const int Rounds = 3;

    public static Command Create()
    {
        var (good, bad) = (Revision("--good", "A revision before the regression"), Revision("--bad", "A later revision that has it"));
        var metric = new Option<string>("--metric") { Description = "Metrics that count, such as 'hotplug.seen*'; * and ? stand for any text and character", Required = true };
        var command = new Command(
            "bisect",
            "Finds the first commit between two revisions at which a metric regressed, by A/B experiments of the good revision and candidates. Goes on where a killed search was. Example: lab bisect --good v1.2 --bad HEAD --metric 'hotplug.seen*' --filter HotPlug_Disk")
        {
            good, bad, metric,
        };
        var options = new ExperimentOptions(command, "Sessions of each build in each round of each step", SessionsDefault);
        command.SetAction(async (parsed, token) =>
        {
            var progress = options.Progress(parsed);
            var repository = new GitRepository(Programs.Own.Checkout);
            var (from, to) = (await repository.CommitOfAsync(parsed.GetValue(good)!, token), await repository.CommitOfAsync(parsed.GetValue(bad)!, token));
            var commits = await repository.BetweenAsync(from, to, token);
            progress.Report($"{commits.Count} commits from {GitRepository.Short(from)} to {GitRepository.Short(to)}");

            var (glob, run, runs) = (parsed.GetValue(metric)!, options.Run(parsed), options.Runs(parsed));
            var builds = Builds.Own(progress);
            var reference = await builds.OfRevisionAsync(from, token);
            var plan = new ExperimentPlan(options.Sessions(parsed), Rounds) { Scenarios = options.Scenarios(parsed), Matters = Matches };
            var experiment = new AbExperiment(run, plan, null, TimeProvider.System, progress, progress.Follow);
            var file = BisectState.PathIn(runs, from, to);
            var question = $"{glob} in {run.Suite}, filter {run.Filter}, scenarios {string.Join(' ', plan.Scenarios)}, {plan.Sessions} sessions, {run.TestbedFile}";
            var outcome = await new Bisection(BisectState.LoadOrNew(file, from, to, question), JudgeAsync, state => state.Save(file), progress)
                .RunAsync(commits, token);
            File.Delete(file);
            return await TellAsync(outcome, to, repository, parsed.InvocationConfiguration.Output, options.Json(parsed), token);

            bool Matches(MetricComparison one) => FileSystemName.MatchesSimpleExpression(glob, one.Metric) || FileSystemName.MatchesSimpleExpression(glob, one.Name);

            async Task<CommitVerdict> JudgeAsync(string commit, CancellationToken cancel)
            {
                var report = await experiment.RunAsync(reference, await builds.OfRevisionAsync(commit, cancel), cancel);
                return CandidateJudge.Of(commit, [.. report.Outcome.Comparison.Metrics.Where(Matches)], glob);
            }
        });
        return command;
    }

    private static async Task<int> TellAsync(
        BisectOutcome outcome, string bad, GitRepository repository, TextWriter output, bool json, CancellationToken token)
    {
        if (json)
            await output.WriteAsync(JsonOutput.Render(outcome));
        if (outcome.FirstBad is not { } first)
        {
            var verdict = outcome.Verdicts.Single(one => one.Commit == bad);
            if (verdict.State == CommitState.Skipped)
                throw new LabException(verdict.Remark);
            if (!json)
                await output.WriteLineAsync($"{GitRepository.Short(bad)} is not worse than the good revision: {verdict.Remark}");
            return ExitCodes.Failed;
        }

        if (json)
            return ExitCodes.Ok;
        await output.WriteLineAsync($"first bad commit: {first}");
        await output.WriteLineAsync("  " + await repository.DescribeAsync(first, token));
        foreach (var suspect in outcome.Suspects)
            await output.WriteLineAsync($"or, as it does not build: {await repository.DescribeAsync(suspect, token)}");
        return ExitCodes.Ok;
    }

    private static Option<string> Revision(string name, string text) => new(name) { Description = text, Required = true };
}
