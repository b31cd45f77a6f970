using Lab.Reports.Statistics;
using MathNet.Numerics.Statistics;

namespace Lab.Reports.Calibration;

/// <summary>
/// Relative spread that one stray value does not decide: 1.4826 times the median absolute deviation over the median, which for a
/// normal distribution is its coefficient of variation.
/// </summary>
internal static class RobustSpread
{
    /// <summary>1 / Φ⁻¹(3/4).</summary>
    private const double NormalConsistency = 1.4826;

    /// <returns>Null when the median is zero.</returns>
    public static double? Of(IReadOnlyCollection<double> values)
    {
        var median = Summary.Of(values).Median;
        if (median == 0)
            return null;
        var deviation = NormalConsistency * Summary.Of([.. values.Select(value => Math.Abs(value - median))]).Median;
        // Coarse clocks and counters make half of the values equal; that they never differ would be too good to believe.
        if (deviation == 0 && values.Count > 1)
            deviation = values.StandardDeviation();
        return deviation / Math.Abs(median);
    }
}
