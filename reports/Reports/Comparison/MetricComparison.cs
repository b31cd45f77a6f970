using Lab.Contracts.Runs;
using Lab.Reports.Statistics;

namespace Lab.Reports.Comparison;

/// <summary>One metric in two runs.</summary>
public sealed record MetricComparison
{
    public required string Metric { get; init; }
    public required string Unit { get; init; }
    public required Better Better { get; init; }
    public required string Label { get; init; }
    public required Summary A { get; init; }
    public required Summary B { get; init; }

    /// <summary>B over A; null where A's median is zero.</summary>
    public required Ratio? Ratio { get; init; }

    /// <summary>
    /// B's ratio to its baseline over A's ratio to its own: what is left when the machine was slower in one of the runs. Null where
    /// either run has no baseline.
    /// </summary>
    public required double? Normalised { get; init; }
}
