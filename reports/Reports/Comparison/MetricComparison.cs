using System.Text.Json.Serialization;
using Lab.Contracts.Runs;
using Lab.Reports.Statistics;

namespace Lab.Reports.Comparison;

/// <summary>One series in two arms.</summary>
public sealed record MetricComparison
{
    public required string Metric { get; init; }
    public required string Unit { get; init; }
    public required Better Better { get; init; }

    /// <summary>The dimensions as text; empty without.</summary>
    public required string Label { get; init; }

    /// <summary>Metric and dimensions.</summary>
    public required string Name { get; init; }

    /// <summary>All sessions' values together, in the metric's unit; null where every operation failed.</summary>
    public required Summary? A { get; init; }
    public required Summary? B { get; init; }

    /// <summary>
    /// True where values were judged as multiples of their own session's baseline median, so that a machine that was slower in one
    /// session does not look like a slower build; false where some session has no baseline.
    /// </summary>
    public required bool Normalised { get; init; }

    public required SeriesJudgement Judgement { get; init; }

    /// <summary>What was measured, session by session, in the metric's unit.</summary>
    [JsonIgnore]
    public IReadOnlyList<IReadOnlyList<double>> ValuesOfA { get; init; } = [];

    [JsonIgnore]
    public IReadOnlyList<IReadOnlyList<double>> ValuesOfB { get; init; } = [];
}
