using System.Text.Json.Serialization;

namespace Lab.Reports.Gates;

/// <summary>What became of a limit.</summary>
public enum GateVerdict
{
    [JsonStringEnumMemberName("pass")] Pass,
    [JsonStringEnumMemberName("fail")] Fail,

    /// <summary>A change may or may not be as large as the limit: the interval holds it. More sessions tell.</summary>
    [JsonStringEnumMemberName("undecided")] Undecided,
}

/// <summary>One limit on one series.</summary>
/// <param name="Series">Metric and dimensions; the rule's own pattern where nothing was measured.</param>
/// <param name="Text">What was found beside what was allowed, in one sentence.</param>
/// <param name="Value">What the limit was held against; null where nothing was.</param>
public sealed record GateResult(string Series, GateStatistic Statistic, GateVerdict Verdict, double? Value, string Text);
