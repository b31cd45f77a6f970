using MathNet.Numerics.Distributions;

namespace Lab.Reports.Statistics.Kernels;

/// <summary>
/// Bias-corrected and accelerated bootstrap interval (Efron 1987; Davison and Hinkley 1997, §5.3.2), as R's boot.ci(type = "bca")
/// computes it.
/// </summary>
internal static class Bca
{
    /// <param name="estimate">The statistic of the data.</param>
    /// <param name="replicates">The statistic of the resamples; sorted in place.</param>
    /// <param name="influence">Empirical influence values, one per unit that was resampled, for example by jackknife.</param>
    /// <param name="level">For example 0.95.</param>
    public static (double Low, double High) Interval(double estimate, Span<double> replicates, ReadOnlySpan<double> influence, double level)
    {
        replicates.Sort();
        var bias = Bias(estimate, replicates);
        var acceleration = Acceleration(influence);
        return (End((1 - level) / 2, replicates), End((1 + level) / 2, replicates));

        double End(double p, ReadOnlySpan<double> sorted)
        {
            var z = bias + Normal.InvCDF(0, 1, p);
            return Quantile(sorted, Normal.CDF(0, 1, bias + z / (1 - acceleration * z)));
        }
    }

    /// <summary>
    /// Replicates equal to the estimate count half: of quantised values many are, and by boot's strict "less" the interval would
    /// be pushed to one side. Without such replicates both are the same.
    /// </summary>
    private static double Bias(double estimate, ReadOnlySpan<double> sorted)
    {
        var doubled = 0;
        foreach (var value in sorted)
            doubled += value < estimate ? 2 : value == estimate ? 1 : 0;
        var share = doubled / (2.0 * sorted.Length);
        var edge = 1.0 / (sorted.Length + 1);
        return Normal.InvCDF(0, 1, Math.Clamp(share, edge, 1 - edge));
    }

    private static double Acceleration(ReadOnlySpan<double> influence)
    {
        var (squares, cubes) = (0.0, 0.0);
        foreach (var value in influence)
        {
            squares += value * value;
            cubes += value * value * value;
        }
        return squares == 0 ? 0 : cubes / (6 * Math.Pow(squares, 1.5));
    }

    /// <summary>Interpolates on the normal scale (Davison and Hinkley 1997, equation 5.8; boot's norm.inter).</summary>
    private static double Quantile(ReadOnlySpan<double> sorted, double p)
    {
        var count = sorted.Length + 1;
        var rank = p * count;
        var k = (int)Math.Floor(rank);
        if (k < 1)
            return sorted[0];
        if (k >= sorted.Length)
            return sorted[^1];
        if (k == rank)
            return sorted[k - 1];
        double Z(double share) => Normal.InvCDF(0, 1, share);
        var weight = (Z(p) - Z((double)k / count)) / (Z((k + 1.0) / count) - Z((double)k / count));
        return sorted[k - 1] + weight * (sorted[k] - sorted[k - 1]);
    }
}
