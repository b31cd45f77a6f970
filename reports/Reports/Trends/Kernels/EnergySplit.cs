namespace Lab.Reports.Trends.Kernels;

/// <summary>
/// The split of a series at which both sides differ most: the energy statistic of E-divisive (Matteson, James: A nonparametric
/// approach for multiple change point analysis of multivariate data, JASA 109, 2014, §2.2, with exponent 1).
/// </summary>
internal static class EnergySplit
{
    /// <summary>
    /// With m values left and k right of a split, maximises mk/(m+k) · (2·E|X−Y| − E|X−X'| − E|Y−Y'|) over all splits. Time is
    /// quadratic in the values, room linear.
    /// </summary>
    /// <param name="sideMin">Values each side needs, at least 2.</param>
    /// <returns>Index of the right side's first value; null where the series is too short.</returns>
    public static int? Find(ReadOnlySpan<double> values, int sideMin)
    {
        var n = values.Length;
        if (n < 2 * sideMin)
            return null;

        // Distances of each value to all before it and to all after it.
        var (before, after) = (new double[n], new double[n]);
        for (var i = 0; i < n; i++)
        {
            var value = values[i];
            var sum = 0.0;
            for (var j = 0; j < i; j++)
            {
                var distance = Math.Abs(value - values[j]);
                sum += distance;
                after[j] += distance;
            }
            before[i] = sum;
        }

        var (withinLeft, withinRight, between) = (0.0, after.Sum(), 0.0);
        var (best, greatest) = (sideMin, double.NegativeInfinity);
        for (var split = 1; split <= n - sideMin; split++)
        {
            // The value before the split moves from the right side to the left.
            var moved = split - 1;
            withinLeft += before[moved];
            withinRight -= after[moved];
            between += after[moved] - before[moved];
            if (split < sideMin)
                continue;
            double m = split, k = n - split;
            var energy = m * k / (m + k) * (2 * between / (m * k) - 2 * withinLeft / (m * (m - 1)) - 2 * withinRight / (k * (k - 1)));
            if (energy > greatest)
                (best, greatest) = (split, energy);
        }

        return best;
    }
}
