using Lab.Contracts.Runs;
using Lab.Reports.Metrics;
using Lab.Reports.Statistics;

namespace Lab.Reports.Sections;

/// <summary>A throughput or latency beside the CPU spent meanwhile, in cores; null where it was not measured.</summary>
public sealed record ThroughputRow(MetricReport Metric, double? SocCpu, double? HostCpu, double? TargetCpu, double? BaselineHostCpu)
{
    private static readonly string[] Metrics =
    [
        MetricNames.DiskIops, MetricNames.DiskBandwidth, MetricNames.DiskLatency, MetricNames.DataPathIops, MetricNames.NetBandwidth, MetricNames.NetRoundTrip,
    ];

    public static IReadOnlyList<ThroughputRow> Of(IReadOnlyList<MetricReport> metrics, IReadOnlyList<MetricSeries> series) =>
        [.. metrics.Where(metric => Metrics.Contains(metric.Metric))
            .OrderBy(metric => Array.IndexOf(Metrics, metric.Metric))
            .Select(metric => new ThroughputRow(
                metric,
                Cpu(series, SampleRole.Subject, MetricNames.Dimensions.OfSoc, metric),
                Cpu(series, SampleRole.Subject, MetricNames.Dimensions.OfHost, metric),
                Cpu(series, SampleRole.Subject, MetricNames.Dimensions.OfTarget, metric),
                Cpu(series, SampleRole.Baseline, MetricNames.Dimensions.OfHost, metric)))];

    // The CPU series of the same workload: every dimension but "of" is one of the throughput's.
    private static double? Cpu(IReadOnlyList<MetricSeries> all, SampleRole role, string of, MetricReport beside)
    {
        var matching = all.FirstOrDefault(series =>
            series.Metric == MetricNames.CpuUsed && series.Role == role
            && series.Dimensions.GetValueOrDefault(MetricNames.Dimensions.Of) == of
            && series.Dimensions.ContainsKey(MetricNames.Dimensions.Workload)
            && series.Dimensions.All(entry => entry.Key == MetricNames.Dimensions.Of
                || beside.Dimensions.GetValueOrDefault(entry.Key) == entry.Value));
        return matching is null ? null : Summary.Of(matching.Values).Median;
    }
}
