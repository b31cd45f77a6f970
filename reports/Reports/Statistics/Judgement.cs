using System.Text.Json.Serialization;

namespace Lab.Reports.Statistics;

/// <summary>What the comparison of a candidate (B) with a reference (A) came to.</summary>
public enum Judgement
{
    /// <summary>B is worse: the interval of the effect lies wholly beyond the threshold, or more operations fail.</summary>
    [JsonStringEnumMemberName("regressed")] Regressed,

    /// <summary>B is better: the interval lies wholly beyond the threshold.</summary>
    [JsonStringEnumMemberName("improved")] Improved,

    /// <summary>The interval lies wholly inside ± threshold: a difference that matters is ruled out.</summary>
    [JsonStringEnumMemberName("equivalent")] Equivalent,

    /// <summary>The data do not decide. More sessions may.</summary>
    [JsonStringEnumMemberName("undecided")] Undecided,

    /// <summary>The arms are unlike, or one has no values.</summary>
    [JsonStringEnumMemberName("not comparable")] NotComparable,
}
