using System.Globalization;
using Lab.Contracts.Runs;
using Lab.Reports.Statistics;

namespace Lab.Reports.Comparison;

/// <summary>What a comparison came to, in a sentence for who reads no further.</summary>
public static class ComparisonHeadline
{
    private const int NamedMetrics = 3;

    private static readonly Judgement[] Order =
        [Judgement.Regressed, Judgement.Improved, Judgement.Undecided, Judgement.Equivalent, Judgement.NotComparable];

    /// <summary>"2 of 31 metrics regressed: boot.total (+12.0 %), …; 3 improved, 20 equivalent, 6 undecided."</summary>
    public static string Of(RunComparison comparison)
    {
        if (!comparison.Comparable)
            return comparison.Reason;
        var judged = comparison.Metrics.Where(metric => metric.Better != Better.None).ToList();
        if (judged.Count == 0)
            return "No metric of these runs says which way is better, so there is nothing to judge.";
        var regressed = InOrder(judged).Where(metric => metric.Judgement.Verdict == Judgement.Regressed).ToList();
        var others = Order.Skip(1).Select(verdict => (verdict, Count: judged.Count(metric => metric.Judgement.Verdict == verdict))).Where(entry => entry.Count > 0).ToList();
        var of = judged.Count == 1 ? "metric" : "metrics";
        var start = regressed.Count == 0
            ? $"None of {judged.Count} {of} regressed"
            : $"{regressed.Count} of {judged.Count} {of} regressed: {string.Join(", ", regressed.Take(NamedMetrics).Select(Named))}{(regressed.Count > NamedMetrics ? $" and {regressed.Count - NamedMetrics} more" : "")}";
        return start + (others.Count == 0 ? "" : "; " + string.Join(", ", others.Select(entry => $"{entry.Count} {Verdicts.Name(entry.verdict)}"))) + ".";
    }

    /// <summary>By verdict, the worst first, then by the size of the effect.</summary>
    public static IReadOnlyList<MetricComparison> InOrder(IEnumerable<MetricComparison> metrics) =>
        [.. metrics.OrderBy(metric => Array.IndexOf(Order, metric.Judgement.Verdict))
            .ThenByDescending(metric => metric.Judgement.Effect is > 0 and var effect ? Math.Abs(Math.Log(effect)) : 0)];

    private static string Named(MetricComparison metric) => metric.Judgement.Effect is { } effect
        ? string.Create(CultureInfo.InvariantCulture, $"{metric.Name} ({(effect - 1) * 100:+0.#;−0.#;0} %)")
        : metric.Name;
}
