using Lab.Contracts.Runs;
using Lab.Reports.Qualification;
using Lab.Reports.Qualification.Evaluation;
using Lab.Reports.Qualification.Profiles;
using Lab.Reports.Qualification.Statements;

namespace Lab.Reports.Tests.Qualification;

/// <summary>Three sessions held against a profile.</summary>
public abstract class QualificationFixture : RunsFixture
{
    protected const string Shipped = "dpu-baremetal-1.0";

    /// <summary>A profile of one requirement, over one session.</summary>
    protected static QualificationProfile ProfileOf(string requirement, int sessions = 1) => ProfileFile.Parse(
        $"""
        name: small
        version: "1"
        title: Small
        suite: nightly
        sessions: {sessions}
        requirements:
          - id: R-1
            group: G
            title: T
            level: MUST
            source: [RFC 2119]
            {requirement.ReplaceLineEndings("\n    ")}
        """, "small.yaml");

    internal QualificationStatement Judge(string profile, params NightlySession[] sessions) =>
        Evaluate(ProfileFile.Load(profile), [], sessions);

    internal QualificationStatement Evaluate(QualificationProfile profile, IReadOnlyList<Deviation> deviations, params NightlySession[] sessions) =>
        Qualifier.Evaluate(profile, [.. sessions.Select((session, i) => RunReader.Read(session.Write(Runs, i + 1)))], deviations);

    /// <summary>The shipped profile over three sessions that <paramref name="change"/> changes.</summary>
    internal QualificationStatement Shipped3(Action<NightlySession>? change = null, IReadOnlyList<Deviation>? deviations = null)
    {
        var sessions = Enumerable.Range(0, 3).Select(_ => new NightlySession()).ToArray();
        foreach (var session in sessions)
            change?.Invoke(session);
        return Evaluate(ProfileFile.Load(Shipped), deviations ?? [], sessions);
    }

    internal static RequirementFinding Finding(QualificationStatement statement, string id = "R-1") =>
        statement.Requirements.Single(finding => finding.Id == id);
}
