using Lab.Contracts.Runs;
using Lab.Reports.Metrics;
using Lab.Reports.Statistics;

namespace Lab.Reports.Comparison;

/// <summary>A field of the comparison key in which two runs differ; null where a run does not have it.</summary>
public sealed record FieldDifference(string Field, string? A, string? B);

/// <summary>
/// Two runs beside each other. Unlike runs are not compared: <see cref="Differences"/> names what differs and there are no metrics.
/// It judges nothing: a ratio with its spread, and which way is better.
/// </summary>
public sealed record RunComparison
{
    public required RunInfo A { get; init; }
    public required RunInfo B { get; init; }
    public bool Comparable => Differences.Count == 0;
    public required IReadOnlyList<FieldDifference> Differences { get; init; }
    public IReadOnlyList<MetricComparison> Metrics { get; init; } = [];

    /// <summary>Metrics that one of the runs alone has.</summary>
    public IReadOnlyList<string> OnlyInA { get; init; } = [];
    public IReadOnlyList<string> OnlyInB { get; init; } = [];

    public static RunComparison Of(RunRecord a, RunRecord b, ISeriesComparer? comparer = null)
    {
        var differences = ComparisonKey.Differences(ComparisonKey.Of(a.Info), ComparisonKey.Of(b.Info))
            .Select(row => new FieldDifference(row.Field, row.A, row.B)).ToList();
        var comparison = new RunComparison { A = a.Info, B = b.Info, Differences = differences };
        return comparison.Comparable ? Filled(comparison, a, b, comparer ?? new RatioOfMedians()) : comparison;
    }

    private static RunComparison Filled(RunComparison comparison, RunRecord a, RunRecord b, ISeriesComparer comparer)
    {
        var (ofA, ofB) = (Metrics(a), Metrics(b));
        return comparison with
        {
            Metrics = [.. ofA.Where(entry => ofB.ContainsKey(entry.Key)).OrderBy(entry => entry.Value.Better == Better.None).Select(entry => Pair(entry.Value, ofB[entry.Key]))],
            OnlyInA = [.. ofA.Where(entry => !ofB.ContainsKey(entry.Key)).Select(entry => entry.Value.Name)],
            OnlyInB = [.. ofB.Where(entry => !ofA.ContainsKey(entry.Key)).Select(entry => entry.Value.Name)],
        };

        Dictionary<(string, string, string), MetricReport> Metrics(RunRecord run) =>
            MetricReport.Of(MetricSeries.Of(RunSummary.Judgeable(run)), comparer)
                .ToDictionary(metric => metric.Identity);

        MetricComparison Pair(MetricReport inA, MetricReport inB) => new()
        {
            Metric = inA.Metric,
            Unit = inA.Unit,
            Better = inA.Better,
            Label = inA.Label,
            A = inA.Subject,
            B = inB.Subject,
            Ratio = comparer.Compare(inB.SubjectValues, inA.SubjectValues),
            Normalised = inA.Ratio is { Value: not 0 } ratioA && inB.Ratio is { } ratioB ? ratioB.Value / ratioA.Value : null,
        };
    }
}
