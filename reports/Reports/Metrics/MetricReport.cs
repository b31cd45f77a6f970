using System.Text.Json.Serialization;
using Lab.Contracts.Runs;
using Lab.Reports.Statistics;

namespace Lab.Reports.Metrics;

/// <summary>One subject series beside its baseline.</summary>
public sealed record MetricReport
{
    public required string Metric { get; init; }
    public required string Unit { get; init; }
    public required Better Better { get; init; }
    public required IReadOnlyDictionary<string, string> Dimensions { get; init; }

    /// <summary>The dimensions as text; empty without.</summary>
    public required string Label { get; init; }
    public required Summary Subject { get; init; }
    public Summary? Baseline { get; init; }

    /// <summary>Subject over baseline; null where there is none, for the reason of <see cref="NoRatio"/>.</summary>
    public Ratio? Ratio { get; init; }
    public string? NoRatio { get; init; }

    /// <summary>The greatest ratio allowed, where one is promised.</summary>
    public double? Limit { get; init; }
    public bool? WithinLimit => Limit is null || Ratio is null ? null : Ratio.Value <= Limit;

    /// <summary>Operations that failed: of the subject, and of its baseline. The summaries are of those that did not.</summary>
    public int Failures { get; init; }
    public int BaselineFailures { get; init; }

    [JsonIgnore]
    public IReadOnlyList<double> SubjectValues { get; init; } = [];

    [JsonIgnore]
    public IReadOnlyList<double> BaselineValues { get; init; } = [];

    [JsonIgnore]
    public string Name => MetricSeries.NameOf(Metric, Label);

    /// <summary>What makes it the same metric in another run.</summary>
    [JsonIgnore]
    public (string Metric, string Unit, string Label) Identity => (Metric, Unit, Label);

    /// <summary>Of every subject series that has a value; one whose operations all failed has nothing to summarise.</summary>
    public static IReadOnlyList<MetricReport> Of(IReadOnlyList<MetricSeries> all, ISeriesComparer comparer) =>
        [.. all.Where(series => series.Role == SampleRole.Subject && series.Values.Count > 0)
            .Select(series => Of(series, BaselineMatch.For(series, all), comparer))];

    private static MetricReport Of(MetricSeries subject, BaselineMatch match, ISeriesComparer comparer)
    {
        var baseline = match.Series is { Values.Count: > 0 } measured ? measured : null;
        var ratio = baseline is null ? null : comparer.Compare(subject.Values, baseline.Values);
        return new MetricReport
        {
            Metric = subject.Metric,
            Unit = subject.Unit,
            Better = subject.Better,
            Dimensions = subject.Dimensions,
            Label = subject.Label,
            Subject = Summary.Of(subject.Values),
            Baseline = baseline is null ? null : Summary.Of(baseline.Values),
            Ratio = ratio,
            NoRatio = ratio is not null ? null : match.Reason ?? (baseline is null ? "every operation of the baseline failed" : "the baseline's median is zero"),
            Limit = RatioLimit.Of(subject.Metric),
            Failures = subject.Failures,
            BaselineFailures = match.Series?.Failures ?? 0,
            SubjectValues = subject.Values,
            BaselineValues = baseline?.Values ?? [],
        };
    }
}
