using System.Text.Json;
using Lab.Contracts.Runs;
using Lab.Reports.Comparison;
using Lab.Reports.Metrics;
using Lab.Reports.Sections;

namespace Lab.Reports.Html;

/// <summary>
/// What the chart-*.js draw, as JSON in the page. The serializer's default encoder writes &lt;, &gt; and &amp; as \u escapes, so that
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

    /// <summary>The typical operation, phase after phase.</summary>
    public static string Waterfall(OperationTimelines operation) => Json(new
    {
        Kind = "waterfall",
        Rows = WaterfallStep.Of(operation).Select(step => new
        {
            Name = step.Phase, step.Start, step.Busy, step.BaselineStart, step.BaselineBusy,
        }),
    });

    public static string Ratios(IEnumerable<MetricReport> metrics) => Json(new
    {
        Kind = "ratios",
        Rows = metrics.Where(metric => metric.Ratio is { Value: > 0 }).Take(ReportLimits.MetricRows).Select(metric => new
        {
            metric.Name,
            Anchor = MetricAnchor.Of(metric),
            Better = Word(metric.Better),
            metric.Ratio!.Value,
            metric.Ratio.Low,
            metric.Ratio.High,
            metric.Limit,
        }),
    });

    /// <summary>Effects with their intervals and thresholds; an end that is null is open.</summary>
    public static string Effects(IEnumerable<MetricComparison> metrics) => Json(new
    {
        Kind = "effects",
        Rows = metrics.Where(metric => metric.Judgement.Effect is > 0).Take(ReportLimits.MetricRows).Select(metric => new
        {
            metric.Name,
            Anchor = MetricAnchor.Of(metric.Metric, metric.Unit, metric.Label),
            Better = Word(metric.Better),
            Verdict = Verdicts.Name(metric.Judgement.Verdict),
            Value = metric.Judgement.Effect,
            metric.Judgement.Low,
            metric.Judgement.High,
            metric.Judgement.Threshold,
        }),
    });

    /// <summary>Values of both arms, sessions after one another.</summary>
    public static string Points(MetricComparison metric) => Json(new
    {
        Kind = "points",
        metric.Unit,
        Series = new[]
        {
            Points("B", [.. metric.ValuesOfB.SelectMany(session => session)], metric.B?.Median),
            Points("A", [.. metric.ValuesOfA.SelectMany(session => session)], metric.A?.Median),
        }.Where(series => series.Points.Count > 0),
    });

    public static string Points(MetricReport metric) => Json(new
    {
        Kind = "points",
        metric.Unit,
        Series = new[] { Points("measured", metric.SubjectValues, metric.Subject.Median), Points("baseline", metric.BaselineValues, metric.Baseline?.Median) }
            .Where(series => series.Points.Count > 0),
    });

    private static PointSeries Points(string name, IReadOnlyList<double> values, double? median) =>
        new(name, name is "baseline" or "A", ReportLimits.Thin(values), median, MedianInterval.Of(values));

    private sealed record PointSeries(string Name, bool Reference, IReadOnlyList<double[]> Points, double? Median, MedianInterval? Interval);

    /// <summary>Medians beside their baselines; all rows must have one unit.</summary>
    public static string Bars(string unit, IEnumerable<(string Name, MetricReport Metric)> rows) => Json(new
    {
        Kind = "bars",
        Unit = unit,
        Rows = rows.Select(row => new { row.Name, Subject = row.Metric.Subject.Median, Baseline = row.Metric.Baseline?.Median }),
    });

    /// <summary>CPU per unit of work, by who spent it; all rows must count the same work.</summary>
    public static string Costs(string work, IEnumerable<(string Name, CpuCost Cost)> rows) => Json(new
    {
        Kind = "costs",
        Work = work,
        Rows = rows.Select(row => new { row.Name, row.Cost.Soc, row.Cost.Host, row.Cost.Target, row.Cost.Baseline }),
    });

    /// <summary>The stages of one workload's requests, whose means add up.</summary>
    public static string Breakdown(LatencyBreakdown breakdown) => Json(new
    {
        Kind = "breakdown",
        breakdown.Total,
        Stages = breakdown.Stages.Select(stage => new { Name = stage.Title, Value = stage.Seconds, stage.Share }),
    });

    /// <summary>Conditions of one unit over the run's time in seconds.</summary>
    public static string Course(string unit, MachineCourse course, params (string Name, Func<MachineMoment, double?> Pick)[] lines) => Json(new
    {
        Kind = "course",
        Unit = unit,
        Lines = lines.Select(line => new
        {
            line.Name,
            Points = Thin(course.Moments.Where(moment => line.Pick(moment) is not null).Select(moment => (moment.At, line.Pick(moment)!.Value)).ToList()),
        }).Where(line => line.Points.Count > 0),
    });

    // The drawing's limit, by number of the value; the number is then turned into the time.
    private static List<double[]> Thin(List<(double At, double Value)> course) =>
        [.. ReportLimits.Thin([.. course.Select(moment => moment.Value)]).Select(point => new[] { course[(int)point[0] - 1].At, point[1] })];

    private static string Word(Better better) => better.ToString().ToLowerInvariant();

    private static string Json<T>(T data) => JsonSerializer.Serialize(data, Options);
}
