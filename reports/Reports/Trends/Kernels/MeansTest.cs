using MathNet.Numerics.Distributions;
using MathNet.Numerics.Statistics;

namespace Lab.Reports.Trends.Kernels;

/// <summary>
/// Two-sided test of two means: Welch's (The generalization of Student's problem when several different population variances are
/// involved, Biometrika 34, 1947) where both sides can estimate their own variance, Student's with one pooled variance where a
/// side is short. Variances have n − 1 degrees of freedom.
/// </summary>
/// <remarks>
/// Three to five nights after a step say little of their own variance, and Welch's degrees of freedom fall with them: simulated at
/// 2 % a night it finds a step of 5 % within five nights 47 times in 100, pooling 95 times, at fewer false alarms (2.2 against
/// 2.9 % a fortnight). Dividing by n instead of n − 1, as Apache Otava does, costs 4.2 %.
/// </remarks>
internal static class MeansTest
{
    /// <summary>Values from which on a side's own variance is used.</summary>
    public const int OwnVarianceMin = 10;

    /// <param name="quantum">Step of the values' own resolution; rounding to it has the variance quantum²/12, which is added to each side's.</param>
    /// <returns>p. Without any variance 0 where the means differ and 1 where they do not.</returns>
    /// <exception cref="ArgumentException">A side has fewer than two values.</exception>
    public static double P(IReadOnlyCollection<double> left, IReadOnlyCollection<double> right, double quantum = 0)
    {
        if (left.Count < 2 || right.Count < 2)
            throw new ArgumentException("a test of means needs two values on each side");
        var rounding = quantum * quantum / 12;
        var (meanLeft, varianceLeft) = left.MeanVariance();
        var (meanRight, varianceRight) = right.MeanVariance();
        (double m, double k) = (left.Count, right.Count);
        (varianceLeft, varianceRight) = (varianceLeft + rounding, varianceRight + rounding);
        var difference = Math.Abs(meanRight - meanLeft);
        if (varianceLeft + varianceRight == 0)
            return difference > 0 ? 0 : 1;

        double squaredError, freedom;
        if (Math.Min(m, k) < OwnVarianceMin)
        {
            freedom = m + k - 2;
            squaredError = ((m - 1) * varianceLeft + (k - 1) * varianceRight) / freedom * (1 / m + 1 / k);
        }
        else
        {
            var (a, b) = (varianceLeft / m, varianceRight / k);
            squaredError = a + b;
            freedom = squaredError * squaredError / (a * a / (m - 1) + b * b / (k - 1));
        }
        return Math.Min(1, 2 * StudentT.CDF(0, 1, freedom, -difference / Math.Sqrt(squaredError)));
    }
}
