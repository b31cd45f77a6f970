using System.Globalization;
using System.IO.Enumeration;
using Lab.Contracts.Runs;
using Lab.Reports.Qualification.Profiles;
using Lab.Reports.Qualification.Statements;

namespace Lab.Reports.Qualification.Evaluation;

internal sealed class ChecksJudge(Criterion.Checks criterion) : CriterionJudge(criterion.Scenario)
{
    public override string Asked =>
        $"{Scenario}: {string.Join(", ", criterion.Names)}" + (criterion.Controls.Count == 0 ? "" : $"; control: {string.Join(", ", criterion.Controls)}");

    protected override SessionFinding Judge(Session session, ScenarioResult result)
    {
        var checks = Matching(result, criterion.Names, control: false);
        var controls = Matching(result, criterion.Controls, control: true);
        SessionFinding Found(Outcome outcome, string reason) => Finding(session, result, outcome, reason, controls.Concat(checks));

        // A breach counts even where the probe is in doubt; a pass does not.
        if (checks.FirstOrDefault(check => !check.Passed) is { } breach)
            return Found(Outcome.Fail, $"{breach.Name}: expected {breach.Expected}, observed {breach.Observed}");
        if (controls.FirstOrDefault(check => !check.Passed) is { } dead)
            return Found(Outcome.NotTested, $"the probe does not work: {dead.Name}: expected {dead.Expected}, observed {dead.Observed}");
        if (Unmatched(result) is { } missing)
            return result.Verdict == Verdict.Fail
                ? Found(Outcome.Fail, $"{Scenario} failed before it made the check {missing}: {FirstLine(result.Reason)}")
                : Found(Outcome.NotTested, $"{Scenario} made no check {missing}");
        return Found(Outcome.Pass, $"{Counted(checks.Count, "check")}{(controls.Count == 0 ? "" : $" and {Counted(controls.Count, "control")}")} as expected");
    }

    private static string Counted(int count, string what) => string.Create(CultureInfo.InvariantCulture, $"{count} {what}{(count == 1 ? "" : "s")}");

    private string? Unmatched(ScenarioResult result) =>
        criterion.Names.FirstOrDefault(glob => Matching(result, [glob], control: false).Count == 0)
        ?? criterion.Controls.FirstOrDefault(glob => Matching(result, [glob], control: true).Count == 0);

    private static List<Check> Matching(ScenarioResult result, IReadOnlyList<string> globs, bool control) =>
        [.. result.Checks.Where(check => check.Control == control && globs.Any(glob => FileSystemName.MatchesSimpleExpression(glob, check.Name, ignoreCase: false)))];
}
