using Lab.Reports.Qualification.Profiles;

namespace Lab.Reports.Qualification.Statements;

/// <summary>What a requirement came to, and what shows it.</summary>
public sealed record RequirementFinding
{
    public required string Id { get; init; }
    public required string Group { get; init; }
    public required string Title { get; init; }
    public required RequirementLevel Level { get; init; }
    public required IReadOnlyList<string> Sources { get; init; }

    /// <summary>What was asked, in words.</summary>
    public required string Asked { get; init; }
    public required Outcome Outcome { get; init; }

    /// <summary>What was found without the deviation; the same as <see cref="Outcome"/> where there is none.</summary>
    public required Outcome Found { get; init; }

    /// <summary>What was found, in words.</summary>
    public required string Reason { get; init; }
    public required string Scenario { get; init; }
    public MetricFinding? Metric { get; init; }
    public required IReadOnlyList<SessionFinding> Sessions { get; init; }
}

public enum Outcome
{
    Pass,
    Fail,
    NotTested,

    /// <summary>A deviation was granted.</summary>
    NotApplicable,
}

/// <summary>What one session says of a requirement.</summary>
/// <param name="Evidence">Files relative to the run directory; their digests are in the statement's list.</param>
public sealed record SessionFinding(
    string Run,
    Outcome Outcome,
    string Reason,
    IReadOnlyList<CheckFinding> Checks,
    IReadOnlyList<string> Evidence)
{
    public MeasuredSeries? Series { get; init; }
}

public sealed record CheckFinding(string Name, string? From, string? To, string Expected, string Observed, bool Passed, bool Control, string? Evidence);

/// <param name="Bound">What the limit was held against: the statistic, or its confidence bound; of several sessions the worst. Null where nothing was.</param>
/// <param name="LimitUnit">Null where the limit is a ratio to the baseline.</param>
/// <param name="N">Replicates behind the bound.</param>
public sealed record MetricFinding(
    string Name,
    IReadOnlyDictionary<string, string> Dimensions,
    string Statistic,
    double? Confidence,
    Replicate Replicate,
    LimitSide Side,
    double Limit,
    string? LimitUnit,
    double? Bound,
    int N);

/// <summary>The values of one session.</summary>
/// <param name="Values">In the order they were measured, without those of failed operations.</param>
/// <param name="Failed">Operations that failed; they rank as worst.</param>
/// <param name="Estimate">The statistic itself (of a ratio: of subject over baseline); null where failed operations reach it, or there are no values.</param>
/// <param name="Bound">Its confidence bound; null where none is asked for, none exists for so few values, or failed operations reach it.</param>
public sealed record MeasuredSeries(
    string Unit,
    IReadOnlyList<double> Values,
    int Failed,
    IReadOnlyList<double> Baseline,
    double? Estimate,
    double? Bound);
