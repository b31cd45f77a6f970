using Lab.Contracts.Runs;

namespace Lab.Reports.Metrics;

/// <summary>The baseline of a subject series by the rule of <see cref="SampleRole"/>; null and a reason where there is none.</summary>
public sealed record BaselineMatch(MetricSeries? Series, string? Reason)
{
    public static BaselineMatch For(MetricSeries subject, IEnumerable<MetricSeries> all)
    {
        var candidates = all
            .Where(series => series.Role == SampleRole.Baseline && series.Metric == subject.Metric && series.Unit == subject.Unit)
            .Where(series => series.Dimensions.All(entry => subject.Dimensions.GetValueOrDefault(entry.Key) == entry.Value))
            .GroupBy(series => series.Dimensions.Count)
            .MaxBy(group => group.Key)?.ToList();
        return candidates switch
        {
            null => new(null, "no baseline in this run"),
            [var only] => new(only, null),
            _ => new(null, $"ambiguous baseline: {string.Join(" or ", candidates.Select(series => series.Label))}"),
        };
    }
}
