namespace Lab.Reports.Trends.Kernels;

/// <summary>The resolution of quantised values (a count, a time in whole ticks): flicker by one step of it is no change.</summary>
internal static class Quantum
{
    // Values that differ by less are the same number, computed on two ways.
    private const double RelativeSlack = 1e-9;

    /// <returns>The least distance of two unlike values where at least half of the values repeat another; else 0, as for measured ones.</returns>
    public static double Of(ReadOnlySpan<double> values)
    {
        var sorted = values.ToArray();
        Array.Sort(sorted);
        var (least, distinct) = (double.PositiveInfinity, 1);
        for (var i = 1; i < sorted.Length; i++)
        {
            var distance = sorted[i] - sorted[i - 1];
            if (!(distance > RelativeSlack * Math.Max(Math.Abs(sorted[i]), Math.Abs(sorted[i - 1]))))
                continue;
            least = Math.Min(least, distance);
            distinct++;
        }
        return distinct > 1 && 2 * distinct <= sorted.Length && double.IsFinite(least) ? least : 0;
    }
}
