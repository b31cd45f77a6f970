using Lab.Reports.Qualification.Profiles;
using Lab.Reports.Statistics.Kernels;

namespace Lab.Reports.Qualification.Evaluation;

/// <summary>One-sided distribution-free confidence bound of the ratio between two series: the Hodges-Lehmann shift of their logarithms.</summary>
internal static class ShiftBound
{
    /// <param name="values">Not negative; infinities are what failed operations rank as.</param>
    /// <param name="baseline">Positive.</param>
    /// <param name="side">AtMost: the upper bound. AtLeast: the lower one.</param>
    /// <returns>Null where there are too few values for that confidence.</returns>
    public static double? Of(IReadOnlyList<double> values, IReadOnlyList<double> baseline, LimitSide side, double confidence)
    {
        if (!Reaches(values.Count, baseline.Count, confidence))
            return null;
        var (low, high) = HodgesLehmann.Interval(Logarithms(baseline), Logarithms(values), 1 - 2 * (1 - confidence));
        return Math.Exp(side == LimitSide.AtMost ? high : low);
    }

    /// <summary>The least number of values on either side that has a bound.</summary>
    public static int LeastSamples(double confidence)
    {
        var n = 1;
        while (!Reaches(n, n, confidence))
            n++;
        return n;
    }

    // The interval's lowest rank is this quantile of U; below 1 the interval is open. Of many values it never is.
    private static bool Reaches(int m, int n, double confidence) => !MannWhitney.IsExact(m, n) || RankSumCounts.Of(m, n).Quantile(1 - confidence) >= 1;

    private static double[] Logarithms(IReadOnlyList<double> values) => [.. values.Select(value => Math.Log(value)).Order()];
}
