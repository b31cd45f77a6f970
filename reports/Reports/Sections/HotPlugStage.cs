using Lab.Contracts.Runs;
using Lab.Reports.Metrics;

namespace Lab.Reports.Sections;

/// <summary>A stage of the hot-plug cycle of one kind of device.</summary>
public sealed record HotPlugStage(string Device, string Stage, MetricReport Metric)
{
    private static readonly string[] Order = [MetricNames.HotPlugSeen, MetricNames.HotPlugFirstIo, MetricNames.HotPlugRemoved];

    public static IReadOnlyList<HotPlugStage> Of(IReadOnlyList<MetricReport> metrics) =>
        [.. metrics.Where(metric => metric.Metric.StartsWith("hotplug.", StringComparison.Ordinal) && metric.Unit == Units.Second && metric.Metric != MetricNames.HotPlugWarmUp)
            .Select(metric => new HotPlugStage(
                DeviceOf(metric),
                metric.Metric["hotplug.".Length..].Replace('_', ' '),
                metric))
            .OrderBy(stage => stage.Device, StringComparer.Ordinal)
            .ThenBy(stage => Array.IndexOf(Order, stage.Metric.Metric) is var at and >= 0 ? at : Order.Length)];

    // "disk", or "disk bm0" where further dimensions tell series apart.
    private static string DeviceOf(MetricReport metric) =>
        metric.Dimensions.Count == 0
            ? "device"
            : string.Join(' ', metric.Dimensions
                .OrderBy(entry => entry.Key == MetricNames.Dimensions.Device ? 0 : 1)
                .ThenBy(entry => entry.Key, StringComparer.Ordinal)
                .Select(entry => entry.Value));
}
