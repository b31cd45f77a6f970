namespace Lab.Cli.Experiments;

/// <summary>The order of sessions: ABBA, so that a machine that drifts steadily drifts under both arms alike.</summary>
internal static class Schedule
{
    private static readonly ExperimentArm[] Pattern = [ExperimentArm.A, ExperimentArm.B, ExperimentArm.B, ExperimentArm.A];

    /// <param name="sessions">Sessions of each arm in the round.</param>
    /// <param name="done">Sessions that were run in earlier rounds.</param>
    public static IEnumerable<Session> Round(int round, int sessions, int done, IReadOnlyList<string> scenarios) =>
        Enumerable.Range(0, 2 * sessions).Select(i => new Session(Pattern[i % Pattern.Length], round, done + i + 1, scenarios));
}
