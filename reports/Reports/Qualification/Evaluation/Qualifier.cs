using System.Globalization;
using Lab.Contracts.Runs;
using Lab.Reports.Qualification.Profiles;
using Lab.Reports.Qualification.Statements;

namespace Lab.Reports.Qualification.Evaluation;

/// <summary>Holds runs against a profile.</summary>
public static class Qualifier
{
    private const string DeviceLabel = "device";

    /// <param name="runs">Sessions of one device: each a testbed of its own.</param>
    /// <param name="device">Name of the device; null: the label "device" of the runs, or the testbed's name.</param>
    /// <exception cref="QualificationException">The runs are not of one device, of another suite, unfinished, or the same twice.</exception>
    public static QualificationStatement Evaluate(QualificationProfile profile, IReadOnlyList<RunRecord> runs, IReadOnlyList<Deviation> deviations, string? device = null)
    {
        var sessions = runs.Select(run => new Session(run)).OrderBy(session => session.Id, StringComparer.Ordinal).ToList();
        SessionRules.Check(profile, sessions);
        var evidence = new EvidenceList();
        var findings = profile.Requirements.Select(requirement => Judge(requirement, sessions, profile.Sessions, evidence)).ToList();
        var (from, to) = (sessions.Min(session => session.Info.StartedAt), sessions.Max(session => session.Info.EndedAt!.Value));
        var ledger = deviations
            .Select(deviation => Weigh(deviation, findings.Single(finding => finding.Id == deviation.Requirement), to))
            .OrderBy(deviation => deviation.Requirement, StringComparer.Ordinal).ToList();
        var granted = ledger.Where(deviation => deviation.State == DeviationState.Granted).ToDictionary(deviation => deviation.Requirement);
        findings = [.. findings.Select(finding => granted.ContainsKey(finding.Id) ? finding with { Outcome = Outcome.NotApplicable } : finding)];
        // A deviation from a SHOULD is told; the verdict leans on those from a MUST alone.
        var leantOn = findings.Where(finding => finding is { Outcome: Outcome.NotApplicable, Level: RequirementLevel.Must }).Select(finding => granted[finding.Id].Until).ToList();
        var info = sessions[^1].Info;
        return new QualificationStatement
        {
            Format = QualificationStatement.CurrentFormat,
            Profile = ProfileReference.Of(profile),
            Verdict = VerdictOf(findings),
            Summary = Summarise(findings),
            Device = DeviceOf(info, device),
            Environment = info.Environment,
            From = from,
            To = to,
            ValidUntil = leantOn.Count == 0 ? null : leantOn.Min(),
            Sessions = [.. sessions.Select(session => new SessionReference(
                session.Id, session.Info.SuiteVersion, session.Info.StartedAt, session.Info.EndedAt!.Value, ComparisonKey.Of(session.Info).Hash))],
            Requirements = findings,
            Deviations = ledger,
            Evidence = evidence.Files,
        };
    }

    private static RequirementFinding Judge(Requirement requirement, IReadOnlyList<Session> sessions, int sessionsMin, EvidenceList evidence)
    {
        var judge = CriterionJudge.For(requirement.Criterion);
        var findings = sessions.Select(session => evidence.Secure(session, judge.Judge(session))).ToList();
        var (outcome, reason, metric) = judge.Conclude(findings, sessionsMin);
        return new RequirementFinding
        {
            Id = requirement.Id,
            Group = requirement.Group,
            Title = requirement.Title,
            Level = requirement.Level,
            Sources = requirement.Sources,
            Asked = judge.Asked,
            Outcome = outcome,
            Found = outcome,
            Reason = reason,
            Scenario = judge.Scenario,
            Metric = metric,
            Sessions = findings,
        };
    }

    private static DeviationFinding Weigh(Deviation deviation, RequirementFinding finding, DateTimeOffset to) => new(
        deviation.Requirement, deviation.Justification, deviation.GrantedBy, deviation.Until,
        finding.Outcome == Outcome.Pass ? DeviationState.NotNeeded
        : deviation.Until < DateOnly.FromDateTime(to.UtcDateTime) ? DeviationState.Expired
        : DeviationState.Granted);

    // A SHOULD or MAY that is not fulfilled is told, and keeps nobody from being qualified (RFC 2119 §3).
    private static QualificationVerdict VerdictOf(IReadOnlyList<RequirementFinding> findings)
    {
        var musts = findings.Where(finding => finding.Level == RequirementLevel.Must).ToList();
        return musts.Any(finding => finding.Outcome == Outcome.Fail) ? QualificationVerdict.NotQualified
            : musts.Any(finding => finding.Outcome == Outcome.NotTested) ? QualificationVerdict.Incomplete
            : musts.Any(finding => finding.Outcome == Outcome.NotApplicable) ? QualificationVerdict.QualifiedWithDeviations
            : QualificationVerdict.Qualified;
    }

    private static string Summarise(IReadOnlyList<RequirementFinding> findings) => string.Join(" ", findings
        .GroupBy(finding => finding.Level)
        .OrderBy(level => level.Key)
        .Select(level =>
        {
            int Count(Outcome outcome) => level.Count(finding => finding.Outcome == outcome);
            var parts = new[] { (Outcome.Fail, "failed"), (Outcome.NotTested, "not tested"), (Outcome.NotApplicable, "waived by a deviation") }
                .Where(part => Count(part.Item1) > 0)
                .Select(part => string.Create(CultureInfo.InvariantCulture, $", {Count(part.Item1)} {part.Item2}"));
            return string.Create(CultureInfo.InvariantCulture, $"{level.Key.ToString().ToUpperInvariant()}: {Count(Outcome.Pass)} of {level.Count()} passed{string.Concat(parts)}.");
        }));

    private static DeviceIdentity DeviceOf(RunInfo info, string? name) => new(
        name ?? info.Labels.GetValueOrDefault(DeviceLabel) ?? info.Testbed.Name,
        info.Testbed.Shape.GetValueOrDefault("nodes.kind") ?? "unknown",
        info.Testbed.Shape,
        info.Labels.Where(label => SessionRules.IsDeviceLabel(label.Key)).ToDictionary(label => label.Key, label => label.Value),
        info.SystemUnderTest,
        info.Images);
}
