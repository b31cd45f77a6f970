using MathNet.Numerics.Distributions;

namespace Lab.Reports.Statistics.Kernels;

/// <summary>Upper bounds of quantiles that assume no distribution.</summary>
internal static class TailQuantile
{
    /// <summary>
    /// The order statistic that the quantile does not exceed with the confidence asked for: its rank is the least k with
    /// P(Binomial(n, tau) &lt; k) ≥ confidence (Hahn and Meeker 1991, §5.2). 95 % of p95 takes 59 values, of p99 299.
    /// </summary>
    /// <param name="sorted">Ascending.</param>
    /// <returns>Null where there are too few values.</returns>
    public static double? UpperBound(ReadOnlySpan<double> sorted, double tau, double confidence)
    {
        var n = sorted.Length;
        if (n == 0 || 1 - Math.Pow(tau, n) < confidence)
            return null;
        var k = (int)(n * tau);
        while (Binomial.CDF(tau, n, k - 1) < confidence)
            k++;
        return sorted[k - 1];
    }
}
