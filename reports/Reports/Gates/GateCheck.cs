using Lab.Contracts.Runs;
using Lab.Reports.Comparison;
using Lab.Reports.Statistics;

namespace Lab.Reports.Gates;

/// <summary>Holds runs against limits.</summary>
public static class GateCheck
{
    /// <param name="runs">Sessions of one build; their values are taken together.</param>
    /// <param name="change">The same runs (B) against reference runs; needed where a rule limits a change.</param>
    /// <exception cref="ArgumentException">A rule limits a change and there is no reference.</exception>
    public static IReadOnlyList<GateResult> Of(IReadOnlyList<GateRule> rules, IReadOnlyList<RunRecord> runs, RunComparison? change = null)
    {
        var all = ArmSeries.Of(runs).Values;
        return [.. rules.SelectMany(rule =>
        {
            var covered = all.Where(series => rule.Covers(series.Any.Metric, series.Any.Dimensions)).ToList();
            return covered.Count > 0 ? covered.Select(series => Check(rule, series, change))
                : rule.Required ? [Nothing(rule)]
                : [];
        })];
    }

    private static GateResult Check(GateRule rule, ArmSeries series, RunComparison? change)
    {
        if (rule.Statistic == GateStatistic.Change)
            return Change(rule, series, change ?? throw new ArgumentException("a change is limited, but there is no reference", nameof(change)));
        if (LimitIn(rule, series.Any.Unit) is not { } limit)
            return Result(rule, series, GateVerdict.Fail, null, $"the limit {rule.Limit} is no {series.Any.Unit}");
        if (Value(rule.Statistic, series) is not { } value)
            return Result(rule, series, GateVerdict.Fail, null, rule.Statistic == GateStatistic.Ratio ? "has no baseline" : "every operation failed");
        var holds = rule.IsLeast ? value >= limit : value <= limit;
        return Result(rule, series, holds ? GateVerdict.Pass : GateVerdict.Fail, value,
            $"{Text(rule.Statistic, value, series.Any.Unit)}, allowed {(rule.IsLeast ? "≥" : "≤")} {Text(rule.Statistic, limit, series.Any.Unit)}");
    }

    private static double? LimitIn(GateRule rule, string unit) =>
        rule.Limit.In(rule.Statistic is GateStatistic.Median or GateStatistic.P95 ? unit : Units.Ratio);

    private static double? Value(GateStatistic statistic, ArmSeries series) => statistic switch
    {
        GateStatistic.Failures => series.Sessions.Sum(session => session.Subject.Failures),
        GateStatistic.Median => series.Summarise()?.Median,
        GateStatistic.P95 => series.Summarise()?.P95,
        GateStatistic.Ratio => series.RatioToBaseline(),
        _ => throw new ArgumentOutOfRangeException(nameof(statistic)),
    };

    private static string Text(GateStatistic statistic, double value, string unit) => statistic switch
    {
        GateStatistic.Ratio => Quantity.Times(value),
        GateStatistic.Failures => $"{Quantity.Format(value, Units.Count)} failed",
        _ => Quantity.Format(value, unit),
    };

    // Worse by more than allowed for sure, perhaps, or surely not: by the interval of the effect.
    private static GateResult Change(GateRule rule, ArmSeries series, RunComparison change)
    {
        var allowed = 1 + (rule.Limit.In(Units.Ratio) ?? rule.Limit.Value);
        var judged = change.Metrics.FirstOrDefault(metric => (metric.Metric, metric.Unit, metric.Label) == (series.Any.Metric, series.Any.Unit, series.Any.Label));
        if (judged is null)
            return Result(rule, series, rule.Required ? GateVerdict.Fail : GateVerdict.Undecided, null, "the reference did not measure it");
        if (judged.Judgement is not { Effect: { } effect, Low: { } low, High: { } high })
            return Result(rule, series, judged.Judgement.Verdict == Judgement.Regressed ? GateVerdict.Fail : GateVerdict.Undecided, null, judged.Judgement.Reason);
        var (least, typical, most) = judged.Better == Better.Higher ? (1 / high, 1 / effect, 1 / low) : (low, effect, high);
        var verdict = least > allowed ? GateVerdict.Fail : most > allowed ? GateVerdict.Undecided : GateVerdict.Pass;
        return Result(rule, series, verdict, typical - 1,
            $"worse by {Percent(typical)} ({Percent(least)} to {Percent(most)}), allowed {Percent(allowed)}");
    }

    private static string Percent(double ratio) => $"{Quantity.Digits(100 * (ratio - 1))} %";

    private static GateResult Nothing(GateRule rule) => new(
        Metrics.MetricSeries.NameOf(rule.Metric, Metrics.MetricSeries.LabelOf(rule.Where)),
        rule.Statistic, GateVerdict.Fail, null, "nothing was measured; `required: false` lets that pass");

    private static GateResult Result(GateRule rule, ArmSeries series, GateVerdict verdict, double? value, string text) =>
        new(series.Name, rule.Statistic, verdict, value, text);
}
