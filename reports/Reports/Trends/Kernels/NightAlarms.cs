using MathNet.Numerics.Statistics;

namespace Lab.Reports.Trends.Kernels;

/// <param name="First">Index of the first night beyond the limits.</param>
/// <param name="Last">Index of the last one in a row.</param>
/// <param name="Median">Of the nights before.</param>
/// <param name="Limit">Greatest distance from the median that is no alarm.</param>
/// <param name="Value">Median of the nights beyond the limits; infinite where most of them failed.</param>
internal readonly record struct NightAlarm(int First, int Last, double Median, double Limit, double Value);

/// <summary>
/// Nights in a row beyond median ± 3 · 1.4826 · MAD of the nights before them: faster than a change point where the step is large.
/// The limits stand still while an alarm lasts, and for one window at most: by then the nights before are the new level. A mode that
/// fewer than one night in six is in is not known as usual, and two such nights in a row do alarm.
/// </summary>
internal static class NightAlarms
{
    // Makes the MAD an estimate of the standard deviation of normal values (Rousseeuw, Croux: Alternatives to the median absolute
    // deviation, JASA 88, 1993).
    private const double NormalScale = 1.4826;

    // The other mode of a bimodal series has a spread of its own.
    private const double UsualRoom = 1.25;

    // One step of quantised values is within the limits whichever way it was rounded.
    private const double Slack = 1 + 1e-9;

    /// <param name="values">In the order of time; infinite for a night that failed.</param>
    public static IReadOnlyList<NightAlarm> Find(double[] values, TrendPolicy policy)
    {
        var alarms = new List<NightAlarm>();
        for (var first = policy.WindowMin; first + policy.AlarmNights <= values.Length; first++)
        {
            var before = values.AsSpan(0, first);
            if (Limits(Newest(before, policy.Window), Newest(before, policy.UsualWindow), policy) is not var (median, limit))
                continue;
            var side = Side(values[first], median, limit);
            var last = first;
            while (side != 0 && last + 1 < values.Length && last - first + 1 < policy.Window && Side(values[last + 1], median, limit) == side)
                last++;
            if (side == 0 || last - first + 1 < policy.AlarmNights)
                continue;
            alarms.Add(new NightAlarm(first, last, median, limit, values[first..(last + 1)].Median()));
            first = last;
        }
        return alarms;
    }

    /// <summary>
    /// Never narrower than the least effect; nor than one step of quantised values (with more than half of the nights alike the MAD
    /// is zero, and any other value would be beyond it); nor than what some nights before were off by: of a bimodal series the MAD
    /// sees only the more frequent mode, and two nights in the other one are no news.
    /// </summary>
    private static (double Median, double Limit)? Limits(ReadOnlySpan<double> window, ReadOnlySpan<double> longer, TrendPolicy policy)
    {
        Span<double> sorted = stackalloc double[window.Length];
        window.CopyTo(sorted);
        var median = SortAndTakeMedian(sorted);
        if (!double.IsFinite(median))
            return null;
        var spread = policy.Deviations * NormalScale * SortAndTakeMedian(Distances(window, median, sorted));
        Span<double> distances = stackalloc double[longer.Length];
        Distances(longer, median, distances).Sort();
        var usual = Math.Max(distances[^(1 + (distances.Length - 1) / policy.UsualOneIn)] * UsualRoom, Quantum.Of(window) * Slack);
        return (median, Math.Max(Math.Max(spread, policy.EffectMin * Math.Abs(median)), usual));
    }

    private static ReadOnlySpan<double> Newest(ReadOnlySpan<double> nights, int max) => nights[Math.Max(0, nights.Length - max)..];

    private static Span<double> Distances(ReadOnlySpan<double> values, double median, Span<double> distances)
    {
        for (var i = 0; i < values.Length; i++)
            distances[i] = Math.Abs(values[i] - median);
        return distances;
    }

    private static double SortAndTakeMedian(Span<double> values)
    {
        values.Sort();
        var half = values.Length / 2;
        return values.Length % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
    }

    private static int Side(double value, double median, double limit) => value > median + limit ? 1 : value < median - limit ? -1 : 0;
}
