using MathNet.Numerics.Distributions;

namespace Lab.Reports.Sections;

/// <summary>
/// Distribution-free interval of a median: the narrowest pair of order statistics, the same number from either end, that holds the
/// median with at least <see cref="Level"/> (Conover, Practical Nonparametric Statistics, §3.2). Below six values no pair does.
/// </summary>
public sealed record MedianInterval(double Low, double High)
{
    public const double Level = 0.95;

    public static MedianInterval? Of(IReadOnlyCollection<double> values)
    {
        // P(fewer than k of n values lie below the median), twice, is what the pair (k, n + 1 - k) misses.
        var k = 0;
        while (2 * k + 2 <= values.Count && 2 * Binomial.CDF(0.5, values.Count, k) <= 1 - Level)
            k++;
        if (k == 0)
            return null;
        var sorted = values.Order().ToArray();
        return new MedianInterval(sorted[k - 1], sorted[^k]);
    }
}
