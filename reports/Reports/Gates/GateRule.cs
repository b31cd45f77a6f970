using System.IO.Enumeration;
using System.Text.Json.Serialization;

namespace Lab.Reports.Gates;

/// <summary>What of a series a gate looks at.</summary>
public enum GateStatistic
{
    /// <summary>Of the subject's values, in the metric's unit.</summary>
    [JsonStringEnumMemberName("median")] Median,
    [JsonStringEnumMemberName("p95")] P95,

    /// <summary>Median of the subject over the median of its baseline in the same run.</summary>
    [JsonStringEnumMemberName("ratio")] Ratio,

    /// <summary>Number of operations that failed.</summary>
    [JsonStringEnumMemberName("failures")] Failures,

    /// <summary>Relative change for the worse against reference runs, by interval: 0.1 is ten per cent.</summary>
    [JsonStringEnumMemberName("change")] Change,
}

/// <summary>One limit on the series of a metric.</summary>
/// <param name="Metric">Name of the metric; * and ? stand for any text and any character.</param>
/// <param name="Where">Dimensions that the series must have.</param>
/// <param name="Limit">In the metric's unit where <see cref="GateStatistic.Median"/> or P95, else a number.</param>
/// <param name="IsLeast">The limit is the least allowed, not the greatest.</param>
/// <param name="Required">That nothing was measured violates the gate.</param>
public sealed record GateRule(
    string Metric, IReadOnlyDictionary<string, string> Where, GateStatistic Statistic, GateLimit Limit, bool IsLeast, bool Required)
{
    public bool Covers(string metric, IReadOnlyDictionary<string, string> dimensions) =>
        FileSystemName.MatchesSimpleExpression(Metric, metric, ignoreCase: false)
        && Where.All(entry => dimensions.GetValueOrDefault(entry.Key) == entry.Value);
}
