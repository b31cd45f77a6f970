using System.Text.Json.Serialization;
using Lab.Contracts.Runs;
using Lab.Reports.Metrics;

namespace Lab.Reports.Sections;

/// <summary>
/// Where the time of a workload's requests goes. Means are what adds up: the means of stages that follow one another sum to the mean of the
/// whole, which neither medians nor percentiles do.
/// </summary>
/// <param name="Stages">Those that add up.</param>
/// <param name="Spans">What is known of several stages together.</param>
public sealed record LatencyBreakdown(string Workload, IReadOnlyList<LatencyStage> Stages, IReadOnlyList<LatencyStage> Spans)
{
    private static readonly string[] Metrics = [MetricNames.DiskStage, MetricNames.DiskStageMedian, MetricNames.DiskStageP99];

    /// <summary>Mean of the whole, in seconds.</summary>
    public double Total => Stages.Sum(stage => stage.Seconds ?? 0);

    [JsonIgnore]
    public IEnumerable<LatencyStage> Rows => Stages.Concat(Spans);

    /// <summary>Such a metric is shown here, and nowhere else in a page.</summary>
    public static bool IsPart(MetricReport metric) =>
        Metrics.Contains(metric.Metric) && metric.Unit == Units.Second && metric.Dimensions.ContainsKey(MetricNames.Dimensions.Stage);

    public static IReadOnlyList<LatencyBreakdown> Of(IReadOnlyList<MetricReport> metrics) =>
        [.. metrics.Where(IsPart).GroupBy(WorkloadOf).Select(group => Of(group.Key, [.. group]))];

    private static LatencyBreakdown Of(string workload, IReadOnlyList<MetricReport> parts)
    {
        var total = parts.Where(part => part.Metric == MetricNames.DiskStage).Sum(part => part.Subject.Median);
        var stages = parts.GroupBy(part => part.Dimensions[MetricNames.Dimensions.Stage])
            .OrderBy(stage => LatencyStage.OrderOf(stage.Key)).ThenBy(stage => stage.Key, StringComparer.Ordinal)
            .Select(stage =>
            {
                MetricReport? Find(string name) => stage.FirstOrDefault(part => part.Metric == name);
                var mean = Find(MetricNames.DiskStage);
                return new LatencyStage(
                    stage.Key, mean, Find(MetricNames.DiskStageMedian), Find(MetricNames.DiskStageP99), total > 0 ? mean?.Subject.Median / total : null);
            })
            .ToLookup(stage => stage.Mean is not null);
        return new LatencyBreakdown(workload, [.. stages[true]], [.. stages[false]]);
    }

    // "randread-4k-qd1", or all dimensions where others tell series apart.
    private static string WorkloadOf(MetricReport metric)
    {
        var others = metric.Dimensions.Where(entry => entry.Key != MetricNames.Dimensions.Stage).ToDictionary();
        return others.Count == 1 && others.TryGetValue(MetricNames.Dimensions.Workload, out var workload) ? workload : MetricSeries.LabelOf(others);
    }
}
