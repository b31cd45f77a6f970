using Lab.Contracts.Runs;
using Lab.Reports.Metrics;

namespace Lab.Reports.Sections;

/// <summary>
/// A resource (memory, network, storage, CPU outside a throughput's row) by who used it: every metric whose series are told apart by
/// <see cref="MetricNames.Dimensions.Of"/>.
/// </summary>
public sealed record ResourceUse(string Of, MetricReport Metric)
{
    public static IReadOnlyList<ResourceUse> From(IReadOnlyList<MetricReport> metrics) =>
        [.. metrics.Where(metric => metric.Dimensions.ContainsKey(MetricNames.Dimensions.Of))
            .Where(metric => metric.Metric != MetricNames.CpuUsed || !metric.Dimensions.ContainsKey(MetricNames.Dimensions.Workload))
            .Select(metric => new ResourceUse(metric.Dimensions[MetricNames.Dimensions.Of], metric))];
}
