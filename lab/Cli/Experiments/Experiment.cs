using Lab.Contracts.Runs;
using Lab.Harness;
using Lab.Reports.Statistics;

namespace Lab.Cli.Experiments;

/// <summary>
/// An A/B experiment: rounds of interleaved sessions, each judged together with those before. A later round runs only the scenarios
/// whose metrics are undecided; what a round decided stays decided. After the last round the rest is undecided.
/// </summary>
internal sealed class Experiment(ExperimentPlan plan, SessionRunner run, ArmJudge judge, IProgress<string> progress)
{
    private readonly List<SessionRecord> sessions = [];
    private readonly Dictionary<ExperimentArm, List<RunRecord>> arms = new() { [ExperimentArm.A] = [], [ExperimentArm.B] = [] };

    /// <exception cref="LabException">An arm has no session that infrastructure did not break.</exception>
    public async Task<ExperimentOutcome> RunAsync(CancellationToken token)
    {
        IReadOnlyList<string> scenarios = [];
        for (var round = 1; ; round++)
        {
            foreach (var session in Schedule.Round(round, plan.Sessions, 2 * plan.Sessions * (round - 1), scenarios).ToList())
                await RunAsync(session, token);
            foreach (var (arm, runs) in arms)
                if (runs.Count == 0)
                    throw new LabException($"no session of arm {arm} came to its end: {sessions.Last(s => s.Arm == arm).Problem}");
            var verdict = judge(arms[ExperimentArm.A], arms[ExperimentArm.B]);
            progress.Report($"round {round}: {verdict.Reason}");
            scenarios = Undecided(verdict);
            if (round == plan.Rounds || scenarios.Count == 0)
                return new ExperimentOutcome(round, verdict, sessions);
        }
    }

    /// <summary>A session that infrastructure broke is repeated once; both tries are in the record.</summary>
    private async Task RunAsync(Session session, CancellationToken token)
    {
        for (var attempt = 1; attempt <= 2; attempt++)
        {
            token.ThrowIfCancellationRequested();
            progress.Report($"round {session.Round} session {session.Position} arm {session.Arm}{(attempt > 1 ? " again" : "")}"
                + (session.Scenarios.Count > 0 ? $": {string.Join(", ", session.Scenarios)}" : ""));
            var outcome = await run(session, token);
            sessions.Add(new SessionRecord(session.Arm, session.Round, session.Position, attempt, outcome.Directory, outcome.Problem, outcome.Run is not null));
            if (outcome.Problem is not null)
                progress.Report($"  {outcome.Problem}");
            if (outcome.Run is null)
                continue;
            arms[session.Arm].Add(outcome.Run);
            return;
        }
    }

    /// <summary>Series that no direction makes better are only observed, and no reason to run again.</summary>
    private static List<string> Undecided(ExperimentVerdict verdict) =>
        [.. verdict.Series.Where(series => series.Judgement is { Verdict: Judgement.Undecided, Better: not Better.None })
            .SelectMany(series => series.Scenarios).Distinct().Order(StringComparer.Ordinal)];
}

/// <param name="Sessions">Of each arm in each round.</param>
/// <param name="Rounds">At most.</param>
internal sealed record ExperimentPlan(int Sessions, int Rounds);

/// <param name="Rounds">How many were run.</param>
internal sealed record ExperimentOutcome(int Rounds, ExperimentVerdict Verdict, IReadOnlyList<SessionRecord> Sessions);

/// <param name="Counted">False when it was left out: infrastructure failed.</param>
internal sealed record SessionRecord(ExperimentArm Arm, int Round, int Position, int Attempt, string? Directory, string? Problem, bool Counted);
