using System.Globalization;
using Lab.Contracts.Runs;
using Lab.Reports.Metrics;
using Lab.Reports.Qualification.Profiles;
using Lab.Reports.Qualification.Statements;

namespace Lab.Reports.Qualification.Evaluation;

internal sealed class MetricJudge(Criterion.Metric criterion) : CriterionJudge(criterion.Scenario)
{
    private readonly Limit limit = criterion.Limit;

    public override string Asked => string.Join(" ",
        $"{Name}:",
        criterion.Confidence is { } confidence
            ? string.Create(CultureInfo.InvariantCulture, $"{(limit.Side == LimitSide.AtMost ? "upper" : "lower")} {confidence:0.##%} confidence bound of the {criterion.Statistic.Name}")
            : criterion.Statistic.Name,
        limit.Side == LimitSide.AtMost ? "≤" : "≥",
        $"{Format(limit.Value)}{(limit.IsRatio ? " its baseline" : "")};",
        criterion.Replicate == Replicate.Session
            ? string.Create(CultureInfo.InvariantCulture, $"one value a session, at least {criterion.Samples} sessions")
            : string.Create(CultureInfo.InvariantCulture, $"at least {criterion.Samples} values a session"));

    private string Name => criterion.Dimensions.Count == 0 ? criterion.Name : $"{criterion.Name} ({MetricSeries.LabelOf(criterion.Dimensions)})";

    protected override SessionFinding Judge(Session session, ScenarioResult result)
    {
        var (series, problem) = SeriesPick.Of(session, criterion);
        var finding = Finding(session, result, Outcome.NotTested, problem ?? "");
        finding = finding with { Evidence = [RunFiles.Samples, .. finding.Evidence], Series = series?.Measured };
        if (series is not null)
        {
            var least = criterion.Replicate == Replicate.Session ? 1 : criterion.Samples;
            problem = series.N < least ? $"{series.N.ToString(CultureInfo.InvariantCulture)} values of {Name}, at least {least.ToString(CultureInfo.InvariantCulture)} are needed" : problem;
            if (problem is null && series.Judged is { } value)
                return finding with { Outcome = limit.Holds(value) ? Outcome.Pass : Outcome.Fail, Reason = Told(value, series.N) };
            problem ??= $"{series.N.ToString(CultureInfo.InvariantCulture)} values and their baseline are too few for a bound";
        }
        return result.Verdict == Verdict.Fail
            ? finding with { Outcome = Outcome.Fail, Reason = $"{Scenario} failed before enough was measured: {FirstLine(result.Reason)}" }
            : finding with { Reason = problem ?? $"no value of {Name}" };
    }

    public override (Outcome Outcome, string Reason, MetricFinding? Metric) Conclude(IReadOnlyList<SessionFinding> sessions, int sessionsMin) =>
        criterion.Replicate == Replicate.Session ? OverSessions(sessions) : OfTheWorst(sessions, sessionsMin);

    private (Outcome, string, MetricFinding?) OfTheWorst(IReadOnlyList<SessionFinding> sessions, int sessionsMin)
    {
        var (outcome, reason, _) = base.Conclude(sessions, sessionsMin);
        var judged = sessions.Where(session => session is { Series: not null, Outcome: Outcome.Pass or Outcome.Fail }).ToList();
        if (judged.Count == 0)
            return (outcome, reason, Metric(null, 0));
        double Value(SessionFinding session) => Extended(criterion.Confidence is null ? session.Series!.Estimate : session.Series!.Bound);
        var worst = limit.Side == LimitSide.AtMost ? judged.MaxBy(Value)! : judged.MinBy(Value)!;
        if (outcome is Outcome.Pass or Outcome.Fail && worst.Outcome == outcome)
            reason = worst.Reason + (judged.Count > 1 ? $" ({worst.Run}, the worst of {judged.Count.ToString(CultureInfo.InvariantCulture)} sessions)" : "");
        return (outcome, reason, Metric(Value(worst), worst.Series!.Values.Count + worst.Series.Failed));
    }

    private (Outcome, string, MetricFinding?) OverSessions(IReadOnlyList<SessionFinding> sessions)
    {
        var judged = sessions.Where(session => session is { Series: not null, Outcome: Outcome.Pass or Outcome.Fail }).ToList();
        var values = judged.Select(session => Extended(session.Series!.Estimate)).Order().ToList();
        if (values.Count < criterion.Samples)
        {
            var untested = sessions.FirstOrDefault(session => session.Outcome == Outcome.NotTested || session.Series is null);
            var reason = string.Create(CultureInfo.InvariantCulture, $"measured in {values.Count} of at least {criterion.Samples} sessions");
            return (Outcome.NotTested, untested is null ? reason : $"{reason}: {untested.Reason}", Metric(null, values.Count));
        }
        var value = criterion.Confidence is { } confidence
            ? QuantileBound.Of(values, criterion.Statistic.Quantile, limit.Side, confidence)!.Value
            : Quantiles.Of(values, criterion.Statistic.Quantile);
        return (limit.Holds(value) ? Outcome.Pass : Outcome.Fail, Told(value, values.Count) + " sessions", Metric(value, values.Count));
    }

    private MetricFinding Metric(double? value, int n) => new(
        criterion.Name, criterion.Dimensions, criterion.Statistic.Name, criterion.Confidence, criterion.Replicate,
        limit.Side, limit.Value, limit.Unit, value is { } number && double.IsFinite(number) ? number : null, n);

    private string Told(double value, int n) => string.Create(
        CultureInfo.InvariantCulture, $"{(criterion.Confidence is null ? criterion.Statistic.Name : "bound")} {Format(value)}, n = {n}");

    // What failed operations reach is worse than any number.
    private double Extended(double? value) => value ?? Worst;

    private double Worst => SeriesPick.Worst(limit.Side);

    private string Format(double value) => !double.IsFinite(value) ? "failed" : limit.Unit is { } unit ? Quantity.Format(value, unit) : Quantity.Times(value);
}
