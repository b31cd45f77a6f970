using System.Globalization;
using Lab.Contracts.Runs;
using Lab.Reports.Qualification.Profiles;
using Lab.Reports.Qualification.Statements;

namespace Lab.Reports.Qualification.Evaluation;

/// <summary>Judges one requirement: session by session, then all of them together.</summary>
internal abstract class CriterionJudge(string scenario)
{
    /// <summary>Where a run's scenarios print what happened.</summary>
    private const string ScenarioLog = RunFiles.Logs + "/scenarios.log";

    public static CriterionJudge For(Criterion criterion) => criterion switch
    {
        Criterion.Passes passes => new ScenarioJudge(passes),
        Criterion.Checks checks => new ChecksJudge(checks),
        Criterion.Metric metric => new MetricJudge(metric),
        _ => throw new ArgumentOutOfRangeException(nameof(criterion)),
    };

    public string Scenario => scenario;

    /// <summary>What is asked, in words.</summary>
    public abstract string Asked { get; }

    public SessionFinding Judge(Session session) => session.Result(scenario) switch
    {
        null => new SessionFinding(session.Id, Outcome.NotTested, $"{scenario} did not run", [], []),
        { Verdict: Verdict.Error } result => Finding(session, result, Outcome.NotTested, $"{scenario} ended in error: {FirstLine(result.Reason)}"),
        { Verdict: Verdict.Skip } result => Finding(session, result, Outcome.NotTested, $"{scenario} was skipped: {FirstLine(result.Reason)}"),
        { } result => Judge(session, result),
    };

    /// <summary>A session that fails fails the requirement; else as many as the profile wants have to have tested it.</summary>
    public virtual (Outcome Outcome, string Reason, MetricFinding? Metric) Conclude(IReadOnlyList<SessionFinding> sessions, int sessionsMin)
    {
        if (sessions.FirstOrDefault(session => session.Outcome == Outcome.Fail) is { } failed)
            return (Outcome.Fail, Numbered(sessions, failed), null);
        var tested = sessions.Count(session => session.Outcome == Outcome.Pass);
        if (tested >= sessionsMin)
            return (Outcome.Pass, sessions.First(session => session.Outcome == Outcome.Pass).Reason, null);
        var reason = string.Create(CultureInfo.InvariantCulture, $"tested in {tested} of at least {sessionsMin} sessions");
        return (Outcome.NotTested, sessions.FirstOrDefault(session => session.Outcome == Outcome.NotTested) is { } untested ? $"{reason}: {untested.Reason}" : reason, null);
    }

    /// <param name="result">Of a scenario that passed or failed.</param>
    protected abstract SessionFinding Judge(Session session, ScenarioResult result);

    protected static SessionFinding Finding(Session session, ScenarioResult result, Outcome outcome, string reason, IEnumerable<Check>? checks = null)
    {
        var shown = (checks ?? []).ToList();
        IEnumerable<string> files = shown.Count > 0 ? shown.Select(check => check.Evidence).OfType<string>() : result.Evidence;
        return new SessionFinding(
            session.Id, outcome, reason,
            [.. shown.Select(check => new CheckFinding(check.Name, check.From, check.To, check.Expected, check.Observed, check.Passed, check.Control, check.Evidence))],
            [.. files.Distinct(), RunFiles.Results, .. File.Exists(Path.Combine(session.Directory, ScenarioLog)) ? [ScenarioLog] : Array.Empty<string>()]);
    }

    /// <summary>The reason, with its session where there are several.</summary>
    protected static string Numbered(IReadOnlyList<SessionFinding> sessions, SessionFinding one) =>
        sessions.Count == 1 ? one.Reason : $"{one.Run}: {one.Reason}";

    protected static string FirstLine(string? reason) => (reason ?? "no reason was given").Split('\n')[0];
}
