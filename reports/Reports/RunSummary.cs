using System.Text.Json.Serialization;
using Lab.Contracts.Runs;
using Lab.Reports.Metrics;
using Lab.Reports.Sections;
using Lab.Reports.Statistics;

namespace Lab.Reports;

/// <summary>All that a report says of a run; every output (HTML, Markdown, JUnit, JSON) is made from it.</summary>
public sealed record RunSummary
{
    public required RunInfo Run { get; init; }
    public required VerdictCounts Verdicts { get; init; }
    public required IReadOnlyList<ScenarioResult> Results { get; init; }
    /// <summary>What is only observed (better: none) comes last.</summary>
    public required IReadOnlyList<MetricReport> Metrics { get; init; }
    public required IReadOnlyList<OperationTimelines> Operations { get; init; }

    /// <summary>Series of which no operation came to its end: there is nothing to summarise, and much to look into.</summary>
    public IReadOnlyList<NeverMeasured> NeverMeasured { get; init; } = [];

    /// <summary>Samples left out because the scenario that measured them ended in error.</summary>
    public required int SamplesLeftOut { get; init; }

    [JsonIgnore]
    public IReadOnlyList<ThroughputRow> Throughput { get; init; } = [];

    [JsonIgnore]
    public IsolationMatrix Isolation { get; init; } = new([], [], []);

    [JsonIgnore]
    public IReadOnlyList<StageBreakdown> Stages { get; init; } = [];

    /// <summary>Where the time of a disk's requests goes, by workload.</summary>
    public IReadOnlyList<LatencyBreakdown> Latencies { get; init; } = [];

    [JsonIgnore]
    public IReadOnlyList<ResourceUse> Resources { get; init; } = [];

    [JsonIgnore]
    public MachineCourse Machine { get; init; } = new([]);

    /// <summary>What makes the run's figures less sure than they look, one sentence each.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    public static RunSummary Of(RunRecord record, ISeriesComparer? comparer = null)
    {
        var samples = Judgeable(record);
        var series = MetricSeries.Of(samples);
        var metrics = MetricReport.Of(series, comparer ?? new RatioOfMedians());
        return new RunSummary
        {
            Run = record.Info,
            Verdicts = VerdictCounts.Of(record.Results),
            Results = record.Results,
            Metrics = [.. metrics.OrderBy(metric => metric.Better == Better.None)],
            Operations = OperationTimelines.Of(record.Events),
            NeverMeasured = Lab.Reports.Metrics.NeverMeasured.Of(series),
            SamplesLeftOut = record.Samples.Count - samples.Count,
            Throughput = ThroughputRow.Of(metrics, series),
            Stages = StageBreakdown.Of(metrics),
            Latencies = LatencyBreakdown.Of(metrics),
            Resources = ResourceUse.From(metrics),
            Machine = MachineCourse.Of(record),
            Isolation = IsolationMatrix.Of(record.Results),
        };
    }

    // An infrastructure failure is neither pass nor regression: what it measured on the way says nothing.
    internal static List<Sample> Judgeable(RunRecord record)
    {
        var errors = record.Results.Where(result => result.Verdict == Verdict.Error).Select(result => result.Scenario).ToHashSet();
        return [.. record.Samples.Where(sample => sample.Scenario is null || !errors.Contains(sample.Scenario))];
    }
}
