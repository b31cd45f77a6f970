using MathNet.Numerics.Distributions;

namespace Lab.Reports.Statistics.Kernels;

/// <summary>
/// Seasonal Kendall test of a trend, two-sided: Mann-Kendall's S and its variance summed over series that are not compared with
/// one another (Hirsch, Slack and Smith 1982). Of one series it is R's cor.test(method = "kendall", exact = FALSE, continuity = TRUE).
/// </summary>
internal static class KendallTrend
{
    /// <summary>Below, the normal approximation is poor.</summary>
    public const int Least = 8;

    /// <param name="series">Each in the order of time. Those shorter than <see cref="Least"/> are left out.</param>
    public static double P(IEnumerable<double[]> series)
    {
        var (s, variance) = (0L, 0.0);
        foreach (var values in series)
        {
            if (values.Length < Least)
                continue;
            s += S(values);
            variance += Variance(values);
        }
        return variance <= 0 ? 1 : Math.Min(1, 2 * Normal.CDF(0, 1, -Math.Max(0, Math.Abs(s) - 1) / Math.Sqrt(variance)));
    }

    private static long S(ReadOnlySpan<double> values)
    {
        var s = 0L;
        for (var i = 0; i < values.Length; i++)
            for (var j = i + 1; j < values.Length; j++)
                s += values[j].CompareTo(values[i]);
        return s;
    }

    private static double Variance(double[] values)
    {
        double n = values.Length;
        var ties = 0.0;
        foreach (var group in values.GroupBy(value => value))
        {
            double t = group.Count();
            ties += t * (t - 1) * (2 * t + 5);
        }
        return (n * (n - 1) * (2 * n + 5) - ties) / 18;
    }
}
