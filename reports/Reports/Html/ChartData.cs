using System.Text.Json;
using Lab.Contracts.Runs;
using Lab.Reports.Comparison;
using Lab.Reports.Metrics;
using Lab.Reports.Sections;

namespace Lab.Reports.Html;

/// <summary>
/// What report.js draws, as JSON in the page. The serializer's default encoder writes &lt;, &gt; and &amp; as \u escapes, so that
/// no name ends the script element it stands in.
/// </summary>
internal static class ChartData
{
    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    public static string Timeline(OperationTimelines operation) => Json(new
    {
        Kind = "timeline",
        Phases = operation.Medians.Select(median => median.Phase),
        Rows = operation.Timelines.Take(ReportLimits.TimelinesPerChart).Select(timeline => new
        {
            timeline.Title,
            timeline.Total,
            Baseline = timeline.Role == SampleRole.Baseline,
            Phases = timeline.Phases.Select(phase => new { phase.Name, phase.Start, phase.End, phase.Busy }),
        }),
    });

    public static string Ratios(IEnumerable<MetricReport> metrics) => Json(new
    {
        Kind = "ratios",
        Rows = metrics.Where(metric => metric.Ratio is not null).Take(ReportLimits.MetricCharts).Select(metric => new
        {
            metric.Name,
            Better = metric.Better.ToString(),
            metric.Ratio!.Value,
            metric.Ratio.Low,
            metric.Ratio.High,
            metric.Limit,
        }),
    });

    public static string Ratios(RunComparison comparison) => Json(new
    {
        Kind = "ratios",
        Rows = comparison.Metrics.Where(metric => metric.Judgement is { Effect: not null, Low: not null, High: not null }).Take(ReportLimits.MetricCharts).Select(metric => new
        {
            metric.Name,
            Better = metric.Better.ToString(),
            Value = metric.Judgement.Effect,
            metric.Judgement.Low,
            metric.Judgement.High,
            Limit = (double?)null,
        }),
    });

    public static string Points(MetricReport metric) => Json(new
    {
        Kind = "points",
        metric.Unit,
        Subject = ReportLimits.Thin(metric.SubjectValues),
        Baseline = ReportLimits.Thin(metric.BaselineValues),
        SubjectMedian = metric.Subject.Median,
        BaselineMedian = metric.Baseline?.Median,
    });

    /// <summary>Medians beside their baselines; all rows must have one unit.</summary>
    public static string Bars(string unit, IEnumerable<(string Name, MetricReport Metric)> rows) => Json(new
    {
        Kind = "bars",
        Unit = unit,
        Rows = rows.Select(row => new { row.Name, Subject = row.Metric.Subject.Median, Baseline = row.Metric.Baseline?.Median }),
    });

    private static string Json<T>(T data) => JsonSerializer.Serialize(data, Options);
}
