using Lab.Reports.Statistics.Kernels;
using MathNet.Numerics.Distributions;

namespace Lab.Reports.Statistics.SelfTest;

/// <summary>Computed power of the gate: n against n values, shift and threshold as logs.</summary>
internal static class PowerTheory
{
    /// <summary>Standard error of the Hodges-Lehmann shift (Lehmann 1975, §2.5): 1 / (√12 ∫f²) · √(2/n).</summary>
    public static double StandardError(double root, int n) => Math.Sqrt(2.0 / n) / (Math.Sqrt(12) * root);

    /// <summary>The level the exact Mann-Whitney test has in fact: its greatest two-sided p below alpha.</summary>
    public static double Attained(double alpha, int n)
    {
        var counts = RankSumCounts.Of(n, n);
        var u = -1;
        while (2 * counts.Cdf(u + 1) < alpha)
            u++;
        return 2 * counts.Cdf(u);
    }

    /// <summary>Probability that p is below alpha and the estimate beyond the threshold: the stricter of both decides.</summary>
    public static double ChangeShown(double shift, double error, double threshold, double alpha, int n) =>
        Math.Min(Significant(shift, error, Attained(alpha, n), n), Normal.CDF(0, 1, (shift - threshold) / error));

    /// <summary>Probability that the interval lies wholly beyond the threshold, and p below alpha.</summary>
    public static double Regressed(double shift, double error, double threshold, double alpha, double level, int n) =>
        Math.Min(
            // An interval by inversion keeps the exact test's level, which is stricter than the one asked for.
            Significant(shift - threshold, error, n < ShiftEvidence.LeastForBootstrap ? Attained(1 - level, n) : 1 - level, n),
            Significant(shift, error, Attained(alpha, n), n));

    /// <summary>Power of a two-sample t-test with this standard error, by the normal approximation of non-central t (Johnson and Welch 1940).</summary>
    private static double Significant(double shift, double error, double alpha, int n)
    {
        if (alpha <= 0)
            return 0;
        double degrees = 2 * n - 2;
        var t = StudentT.InvCDF(0, 1, degrees, 1 - alpha / 2);
        return Normal.CDF(0, 1, (shift / error - t * (1 - 1 / (4 * degrees))) / Math.Sqrt(1 + t * t / (2 * degrees)));
    }
}
