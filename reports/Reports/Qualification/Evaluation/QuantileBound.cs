using Lab.Reports.Qualification.Profiles;
using Lab.Reports.Statistics.Kernels;

namespace Lab.Reports.Qualification.Evaluation;

/// <summary>One-sided distribution-free confidence bound of a quantile, on the side of a limit.</summary>
internal static class QuantileBound
{
    /// <param name="sorted">Ascending; infinities rank like numbers.</param>
    /// <param name="side">AtMost: the upper bound. AtLeast: the lower one.</param>
    /// <returns>Null where there are too few values for that confidence.</returns>
    public static double? Of(IReadOnlyList<double> sorted, double quantile, LimitSide side, double confidence) => side == LimitSide.AtMost
        ? TailQuantile.UpperBound([.. sorted], quantile, confidence)
        // Turned round, the lower bound is the upper one of the complement.
        : -TailQuantile.UpperBound([.. sorted.Select(value => -value).Reverse()], 1 - quantile, confidence);

    /// <summary>The least n with a bound, for example 59 for the upper bound of p95 and 5 for the median, with confidence 0.95.</summary>
    public static int LeastSamples(double quantile, LimitSide side, double confidence) =>
        (int)Math.Ceiling(Math.Log(1 - confidence) / Math.Log(side == LimitSide.AtMost ? quantile : 1 - quantile));
}
