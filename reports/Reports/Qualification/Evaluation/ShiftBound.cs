using Lab.Reports.Qualification.Profiles;
using MathNet.Numerics.Distributions;

namespace Lab.Reports.Qualification.Evaluation;

/// <summary>
/// One-sided confidence bound of the ratio between two series, distribution-free: the inversion of the Mann-Whitney test over all pairwise
/// ratios, which is the Hodges-Lehmann interval on a logarithmic scale (Hollander, Wolfe and Chicken, Nonparametric Statistical Methods, §4.3).
/// </summary>
public static class ShiftBound
{
    /// <summary>Up to this many values a side the distribution of the statistic is computed, beyond it is normal to four digits.</summary>
    private const int ExactMax = 50;

    /// <param name="baseline">Positive numbers.</param>
    /// <param name="side">AtMost: the upper bound. AtLeast: the lower one.</param>
    /// <returns>Null where there are too few values for that confidence.</returns>
    public static double? Of(IReadOnlyList<double> values, IReadOnlyList<double> baseline, LimitSide side, double confidence)
    {
        if (CriticalValue(values.Count, baseline.Count, 1 - confidence) is not { } cut)
            return null;
        var ratios = values.SelectMany(value => baseline, (value, reference) => value / reference).Order().ToList();
        return side == LimitSide.AtMost ? ratios[^(cut + 1)] : ratios[cut];
    }

    /// <summary>The least number of values on either side that has a bound: 1 / C(2n, n) is the statistic's smallest probability.</summary>
    public static int LeastSamples(double confidence)
    {
        var n = 1;
        while (CriticalValue(n, n, 1 - confidence) is null)
            n++;
        return n;
    }

    /// <returns>The greatest k with P(U ≤ k) ≤ alpha; null where even P(U = 0) is greater.</returns>
    internal static int? CriticalValue(int m, int n, double alpha)
    {
        if (Math.Max(m, n) > ExactMax)
        {
            var sigma = Math.Sqrt(m * n * (m + n + 1.0) / 12);
            var k = (int)Math.Floor(m * n / 2.0 - 0.5 + sigma * Normal.InvCDF(0, 1, alpha));
            return k >= 0 ? k : null;
        }
        var probabilities = Distribution(m, n);
        var (cumulated, cut) = (0.0, -1);
        while (cumulated + probabilities[cut + 1] <= alpha + 1e-12)
            cumulated += probabilities[++cut];
        return cut >= 0 ? cut : null;
    }

    // Conditioned on which series the greatest of all values belongs to: Mann and Whitney (1947), eq. 1.
    private static double[] Distribution(int m, int n)
    {
        var previous = new double[n + 1][];
        for (var j = 0; j <= n; j++)
            previous[j] = [1];
        for (var i = 1; i <= m; i++)
        {
            var current = new double[n + 1][];
            current[0] = [1];
            for (var j = 1; j <= n; j++)
            {
                var row = new double[i * j + 1];
                for (var u = 0; u < row.Length; u++)
                {
                    var ofFirst = u >= j ? previous[j][u - j] * i : 0;
                    var ofSecond = u < current[j - 1].Length ? current[j - 1][u] * j : 0;
                    row[u] = (ofFirst + ofSecond) / (i + j);
                }
                current[j] = row;
            }
            previous = current;
        }
        return previous[n];
    }
}
