using Lab.Reports.Statistics.Kernels;

namespace Lab.Reports.Statistics;

/// <summary>Shapes of an arm that mislead: two modes, coarse values, drift.</summary>
internal static class SeriesShape
{
    private const double Alpha = 0.01;

    /// <param name="sessions">Sessions in the order of time, values on the judged scale.</param>
    public static SeriesFlags Of(double[][] sessions)
    {
        var values = sessions.SelectMany(session => session).Where(value => !JudgedScale.IsFailed(value)).Order().ToArray();
        var flags = SeriesFlags.None;
        if (IsQuantised(values))
            flags |= SeriesFlags.Quantised;
        // The dip takes ties for modes.
        else if (HartiganDip.IsMultimodal(values))
            flags |= SeriesFlags.Bimodal;
        if (KendallTrend.P(sessions.Length >= KendallTrend.Least ? [JudgedScale.Medians(sessions)] : sessions) < Alpha)
            flags |= SeriesFlags.Drift;
        return flags;
    }

    /// <summary>Half of the values or more are repetitions; a median absolute deviation of zero is a case of it.</summary>
    private static bool IsQuantised(double[] sorted)
    {
        const int least = 5;
        var distinct = 0;
        for (var i = 0; i < sorted.Length; i++)
            distinct += i == 0 || sorted[i] != sorted[i - 1] ? 1 : 0;
        return sorted.Length >= least && 2 * distinct <= sorted.Length + 1;
    }
}
