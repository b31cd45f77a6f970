using Lab.Contracts.Runs;
using Lab.Reports.Qualification.Profiles;
using Lab.Reports.Qualification.Statements;

namespace Lab.Reports.Qualification.Evaluation;

internal sealed class ScenarioJudge(Criterion.Passes criterion) : CriterionJudge(criterion.Scenario)
{
    public override string Asked => $"{Scenario} passes";

    protected override SessionFinding Judge(Session session, ScenarioResult result) => result.Verdict == Verdict.Pass
        ? Finding(session, result, Outcome.Pass, $"{Scenario} passed")
        : Finding(session, result, Outcome.Fail, $"{Scenario} failed: {FirstLine(result.Reason)}");
}
