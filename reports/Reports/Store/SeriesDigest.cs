using Lab.Contracts.Runs;
using Lab.Reports.Metrics;
using Lab.Reports.Statistics;

namespace Lab.Reports.Store;

/// <summary>What the store keeps of one series of one run: see <see cref="SeriesPoint"/>.</summary>
internal sealed record SeriesDigest(MetricSeries Series, Summary Summary, double? BaselineMedian)
{
    // Stands for a failed operation while quantiles are made: infinity itself has none, for infinity times zero is no number.
    private const double Worst = 1e300;

    // What an interpolation with a failed operation at least comes to; no measured value is so large.
    private const double Unreached = 1e290;

    public static IReadOnlyList<SeriesDigest> Of(IReadOnlyList<MetricSeries> all)
    {
        var baselines = all.Where(series => series.Role == SampleRole.Baseline).ToLookup(series => series.Metric);
        return [.. all
            .Where(series => series.Role == SampleRole.Subject)
            .Select(series => (Series: series, Summary: Summarise(series)))
            .Where(row => row.Summary is not null)
            .Select(row => new SeriesDigest(row.Series, row.Summary!, BaselineMedianOf(row.Series, baselines[row.Series.Metric])))];
    }

    private static double? BaselineMedianOf(MetricSeries subject, IEnumerable<MetricSeries> baselines) =>
        BaselineMatch.For(subject, baselines).Series is { } baseline && Summarise(baseline)?.Median is { } median && double.IsFinite(median)
            ? median
            : null;

    private static Summary? Summarise(MetricSeries series)
    {
        // What is only observed has no worst.
        var worst = series.Better switch { Better.Lower => Worst, Better.Higher => -Worst, _ => (double?)null };
        var values = worst is { } failed ? [.. series.Values, .. Enumerable.Repeat(failed, series.Failures)] : series.Values;
        if (values.Count == 0)
            return null;
        var summary = Summary.Of(values);
        return summary with
        {
            N = series.Values.Count, Median = Reached(summary.Median), P95 = Reached(summary.P95), Q1 = Reached(summary.Q1), Q3 = Reached(summary.Q3),
        };
    }

    private static double Reached(double quantile) => quantile switch
    {
        > Unreached => double.PositiveInfinity,
        < -Unreached => double.NegativeInfinity,
        _ => quantile,
    };
}
