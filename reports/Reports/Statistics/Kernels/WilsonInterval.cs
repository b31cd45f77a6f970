using MathNet.Numerics.Distributions;

namespace Lab.Reports.Statistics.Kernels;

/// <summary>Interval of a share (Wilson 1927; R's prop.test(correct = FALSE)).</summary>
internal static class WilsonInterval
{
    /// <param name="count">Of <paramref name="trials"/>, at least 1.</param>
    public static (double Low, double High) Of(int count, int trials, double level)
    {
        var z = Normal.InvCDF(0, 1, (1 + level) / 2);
        var share = (double)count / trials;
        var scale = 1 + z * z / trials;
        var middle = share + z * z / (2 * trials);
        var half = z * Math.Sqrt(share * (1 - share) / trials + z * z / (4.0 * trials * trials));
        // Rounding would leave a share of 0 or 1 outside its own interval.
        return (count == 0 ? 0 : (middle - half) / scale, count == trials ? 1 : (middle + half) / scale);
    }
}
