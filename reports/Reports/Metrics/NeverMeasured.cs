using Lab.Contracts.Runs;

namespace Lab.Reports.Metrics;

/// <summary>A series whose every operation failed.</summary>
public sealed record NeverMeasured(string Metric, string Unit, IReadOnlyDictionary<string, string> Dimensions, SampleRole Role, int Failures)
{
    public string Label => MetricSeries.LabelOf(Dimensions);

    public static IReadOnlyList<NeverMeasured> Of(IEnumerable<MetricSeries> all) =>
        [.. all.Where(series => series.Values.Count == 0)
            .Select(series => new NeverMeasured(series.Metric, series.Unit, series.Dimensions, series.Role, series.Failures))];
}
