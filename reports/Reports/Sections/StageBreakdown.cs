using Lab.Contracts.Runs;
using Lab.Reports.Metrics;

namespace Lab.Reports.Sections;

/// <summary>One stage of an operation.</summary>
public sealed record Stage(string Name, MetricReport Metric);

/// <summary>
/// Where the time of an operation goes: the hot-plug cycle by device, and any metric whose series are told apart by dimension
/// <see cref="Dimension"/>. All stages of a breakdown have one unit.
/// </summary>
public sealed record StageBreakdown(string Title, string Unit, IReadOnlyList<Stage> Stages)
{
    public const string Dimension = MetricNames.Dimensions.Stage;

    public static IReadOnlyList<StageBreakdown> Of(IReadOnlyList<MetricReport> metrics) =>
        [.. HotPlugStage.Of(metrics)
            .GroupBy(stage => stage.Device)
            .Select(group => new StageBreakdown($"hot-plug of {group.Key}", Units.Second, [.. group.Select(stage => new Stage(stage.Stage, stage.Metric))])),
        .. metrics.Where(metric => metric.Dimensions.ContainsKey(Dimension) && !LatencyBreakdown.IsPart(metric))
            .GroupBy(metric => (metric.Metric, metric.Unit, Others: MetricSeries.LabelOf(Others(metric))))
            .Select(group => new StageBreakdown(
                MetricSeries.NameOf(group.Key.Metric, group.Key.Others),
                group.Key.Unit,
                [.. group.Select(metric => new Stage(metric.Dimensions[Dimension], metric))]))];

    private static Dictionary<string, string> Others(MetricReport metric) =>
        metric.Dimensions.Where(entry => entry.Key != Dimension).ToDictionary();
}
