namespace Lab.Reports.Statistics;

/// <summary>All series of a comparison, judged together.</summary>
/// <param name="Verdict">Regressed if any series or metric regressed; else undecided if any is; else improved if any is; else equivalent.</param>
/// <param name="Reason">Why, in one sentence.</param>
/// <param name="Series">In the order given, with q.</param>
/// <param name="Metrics">The mean change of metrics with several series.</param>
public sealed record FamilyJudgement(
    Judgement Verdict,
    string Reason,
    IReadOnlyList<SeriesJudgement> Series,
    IReadOnlyList<MetricFamily> Metrics);

/// <summary>
/// Series of one metric together, as Firecracker's ab_test.py does: noise cancels in the mean, a change of the product does not.
/// </summary>
/// <param name="Change">Geometric mean of the ratios B over A.</param>
/// <param name="P">Permutation test of the mean change, two-sided.</param>
public sealed record MetricFamily(string Metric, int Series, double Change, double P, Judgement Verdict);
