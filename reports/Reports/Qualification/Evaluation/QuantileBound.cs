using Lab.Reports.Qualification.Profiles;
using MathNet.Numerics.Distributions;

namespace Lab.Reports.Qualification.Evaluation;

/// <summary>
/// One-sided distribution-free confidence bound of a quantile: an order statistic, whose rank follows from the binomial distribution
/// alone (Conover, Practical Nonparametric Statistics, 3rd ed., §3.2; ISO 16269-7 for the median).
/// </summary>
public static class QuantileBound
{
    /// <param name="sorted">Ascending; infinities rank like numbers.</param>
    /// <param name="side">AtMost: the upper bound. AtLeast: the lower one.</param>
    /// <returns>Null where there are too few values for that confidence.</returns>
    public static double? Of(IReadOnlyList<double> sorted, double quantile, LimitSide side, double confidence) =>
        Rank(sorted.Count, quantile, side, confidence) is { } rank ? sorted[rank - 1] : null;

    /// <returns>Rank from 1; null where no order statistic of n values bounds the quantile.</returns>
    public static int? Rank(int n, double quantile, LimitSide side, double confidence)
    {
        // The r-th value lies below the quantile exactly when at least r of the n do.
        if (side == LimitSide.AtMost)
        {
            for (var rank = 1; rank <= n; rank++)
                if (Binomial.CDF(quantile, n, rank - 1) >= confidence)
                    return rank;
            return null;
        }
        for (var rank = n; rank >= 1; rank--)
            if (1 - Binomial.CDF(quantile, n, rank - 1) >= confidence)
                return rank;
        return null;
    }

    /// <summary>The least n with a bound, for example 59 for the upper bound of p95 and 5 for the median, with confidence 0.95.</summary>
    public static int LeastSamples(double quantile, LimitSide side, double confidence) =>
        (int)Math.Ceiling(Math.Log(1 - confidence) / Math.Log(side == LimitSide.AtMost ? quantile : 1 - quantile));
}
