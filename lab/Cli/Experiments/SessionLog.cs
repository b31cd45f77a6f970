using Lab.Contracts.Runs;
using Lab.Harness;

namespace Lab.Cli.Experiments;

/// <summary>
/// Runs sessions one after the other and keeps account. One that infrastructure broke is repeated once and then left out; both tries
/// are on record.
/// </summary>
internal sealed class SessionLog(SessionRunner run, IProgress<string> progress)
{
    private const int AttemptsMax = 2;

    /// <summary>As many left out in a row are no accident any more.</summary>
    private const int LeftOutInARowMax = 2;

    private readonly List<SessionRecord> sessions = [];
    private int leftOutInARow;

    public IReadOnlyList<SessionRecord> Sessions => sessions;

    public int LeftOut { get; private set; }

    /// <returns>Null when the session was left out.</returns>
    /// <exception cref="LabException">Several were left out in a row.</exception>
    public async Task<RunRecord?> RunAsync(Session session, CancellationToken token)
    {
        for (var attempt = 1; attempt <= AttemptsMax; attempt++)
        {
            token.ThrowIfCancellationRequested();
            progress.Report(Describe(session, attempt));
            var outcome = await run(session, token);
            sessions.Add(new SessionRecord(session.Arm, session.Round, session.Position, attempt, outcome.Directory, outcome.Problem, outcome.Run is not null));
            if (outcome.Problem is not null)
                progress.Report("  " + outcome.Problem);
            if (outcome.Run is null)
                continue;
            leftOutInARow = 0;
            return outcome.Run;
        }

        LeftOut++;
        return ++leftOutInARow < LeftOutInARowMax
            ? null
            : throw new LabException($"{leftOutInARow} sessions in a row failed twice each, by infrastructure; the last: {sessions[^1].Problem}");
    }

    private static string Describe(Session session, int attempt) =>
        $"round {session.Round}, session {session.Position}, arm {session.Arm}"
        + (session.Scenarios.Count > 0 ? $", {string.Join(" ", session.Scenarios)}" : "")
        + (attempt > 1 ? ", once more" : "");
}

/// <param name="Counted">False when it was left out: infrastructure failed.</param>
internal sealed record SessionRecord(ExperimentArm Arm, int Round, int Position, int Attempt, string? Directory, string? Problem, bool Counted);
