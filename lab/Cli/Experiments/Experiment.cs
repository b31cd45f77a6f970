using Lab.Contracts.Runs;
using Lab.Harness;
using Lab.Reports.Comparison;
using Lab.Reports.Metrics;
using Lab.Reports.Statistics;

namespace Lab.Cli.Experiments;

/// <summary>
/// An A/B experiment: rounds of interleaved sessions, judged after each round over all sessions so far. A later round runs only the
/// scenarios that measured something undecided. What the last round leaves is undecided.
/// </summary>
/// <param name="judge">Judges arm B against arm A.</param>
internal sealed class Experiment(
    ExperimentPlan plan, SessionLog log, Func<IReadOnlyList<RunRecord>, IReadOnlyList<RunRecord>, RunComparison> judge, IProgress<string> progress)
{
    private readonly Dictionary<ExperimentArm, List<RunRecord>> arms = new() { [ExperimentArm.A] = [], [ExperimentArm.B] = [] };

    /// <exception cref="LabException">An arm has no session that infrastructure did not break.</exception>
    public async Task<ExperimentOutcome> RunAsync(CancellationToken token)
    {
        IReadOnlyList<string> scenarios = plan.Scenarios;
        for (var round = 1; ; round++)
        {
            foreach (var session in Schedule.Round(round, plan.Sessions, 2 * plan.Sessions * (round - 1), scenarios))
                if (await log.RunAsync(session, token) is { } run)
                    arms[session.Arm].Add(run);
            foreach (var (arm, runs) in arms)
                if (runs.Count == 0)
                    throw new LabException($"no session of arm {arm} came to its end: {log.Sessions.Last(session => session.Arm == arm).Problem}");
            var comparison = judge(arms[ExperimentArm.A], arms[ExperimentArm.B]);
            progress.Report($"round {round}: {comparison.Reason}");
            scenarios = Undecided(comparison);
            if (round == plan.Rounds || scenarios.Count == 0)
                return new ExperimentOutcome(round, comparison, log.Sessions, log.LeftOut);
        }
    }

    /// <summary>Scenarios with something undecided. Series that no direction makes better are only observed, and no reason to run again.</summary>
    private List<string> Undecided(RunComparison comparison)
    {
        var undecided = comparison.Metrics
            .Where(metric => metric.Better != Better.None && metric.Judgement.Verdict == Judgement.Undecided && plan.Matters(metric))
            .Select(metric => (metric.Metric, metric.Unit, metric.Label)).ToHashSet();
        return [.. arms.Values.SelectMany(runs => runs)
            .SelectMany(run => run.Samples.Where(sample => sample.Scenario is not null).GroupBy(sample => sample.Scenario!))
            .Where(scenario => MetricSeries.Of(scenario).Any(series => undecided.Contains((series.Metric, series.Unit, series.Label))))
            .Select(scenario => scenario.Key).Distinct().Order(StringComparer.Ordinal)];
    }
}

/// <param name="Sessions">Of each arm in each round.</param>
/// <param name="Rounds">At most.</param>
internal sealed record ExperimentPlan(int Sessions, int Rounds)
{
    /// <summary>Of the first round; empty: all.</summary>
    public IReadOnlyList<string> Scenarios { get; init; } = [];

    /// <summary>Metrics that are worth another round.</summary>
    public Func<MetricComparison, bool> Matters { get; init; } = _ => true;
}

/// <param name="Rounds">How many were run.</param>
/// <param name="LeftOut">Sessions that infrastructure broke twice.</param>
internal sealed record ExperimentOutcome(int Rounds, RunComparison Comparison, IReadOnlyList<SessionRecord> Sessions, int LeftOut);
