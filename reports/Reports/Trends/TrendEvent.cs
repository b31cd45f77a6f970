using System.Text.Json.Serialization;

namespace Lab.Reports.Trends;

public enum TrendEventKind
{
    /// <summary>The nights before and after differ in their means.</summary>
    ChangePoint,

    /// <summary>Two nights or more in a row lie beyond the limits of the nights before.</summary>
    Alarm,
}

public enum TrendDirection
{
    Regressed,
    Improved,

    /// <summary>Of a metric that has no better side.</summary>
    Changed,
}

public enum TrendState
{
    /// <summary>Nothing explains it, and the last nights are not back where the series was.</summary>
    Stands,
    Explained,

    /// <summary>The last nights are back where the series was before.</summary>
    Recovered,
}

/// <summary>A step or an alarm of one series.</summary>
public sealed record TrendEvent
{
    public required TrendEventKind Kind { get; init; }

    /// <summary>First night after the change.</summary>
    public required DateOnly Night { get; init; }

    /// <summary>Last night of an alarm; of a change point the last before the next one.</summary>
    public required DateOnly Until { get; init; }

    /// <summary>The change lies in the commits after this one …</summary>
    public string? CommitBefore { get; init; }

    /// <summary>… up to this one. Null where a run does not name its commit.</summary>
    public string? CommitAfter { get; init; }

    public required double Before { get; init; }

    /// <summary>Null where most operations of these nights failed.</summary>
    public required double? After { get; init; }

    /// <summary>After ÷ before − 1; null where before is zero or after is null.</summary>
    public double? Effect => After is { } after && Before != 0 ? (after - Before) / Math.Abs(Before) : null;

    /// <summary>Of a change point.</summary>
    public double? P { get; init; }

    /// <summary>Of an alarm: the greatest distance from <see cref="Before"/> that is none.</summary>
    public double? Limit { get; init; }

    public required TrendDirection Direction { get; init; }
    public required TrendState State { get; init; }

    /// <summary>The annotation's text.</summary>
    public string? Explanation { get; init; }

    /// <summary>Begun within the last days that count (<see cref="TrendPolicy.RecentDays"/>).</summary>
    public required bool Recent { get; init; }

    /// <summary>The line that the step is on.</summary>
    [JsonIgnore]
    public TrendEnvironment Environment { get; init; } = TrendEnvironment.Unknown;

    /// <summary>It makes the command fail: recent, a regression, and it stands.</summary>
    public bool Alarming => Recent && Direction == TrendDirection.Regressed && State == TrendState.Stands;
}
