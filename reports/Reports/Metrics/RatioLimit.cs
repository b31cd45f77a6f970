using Lab.Contracts.Runs;

namespace Lab.Reports.Metrics;

/// <summary>Ratios to their baseline that the platform promises to keep.</summary>
public static class RatioLimit
{
    private static readonly Dictionary<string, double> Limits = new()
    {
        [MetricNames.BootTotal] = 1.4,
        [MetricNames.CloneDuration] = 1.5,
        [MetricNames.HotPlugSeen] = 2.0,
    };

    /// <summary>The greatest ratio allowed, or null where none is promised.</summary>
    public static double? Of(string metric) => Limits.TryGetValue(metric, out var limit) ? limit : null;
}
