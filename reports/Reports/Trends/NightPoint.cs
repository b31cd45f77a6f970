using System.Text.Json.Serialization;

namespace Lab.Reports.Trends;

/// <summary>One night of one series in one environment: the median of its sessions.</summary>
public sealed record NightPoint
{
    public required DateOnly Night { get; init; }

    /// <summary>Ratio to the baseline or median in the series' unit (<see cref="TrendSeries.IsRatio"/>); infinite where most operations failed.</summary>
    [JsonConverter(typeof(FiniteOrNull))]
    public required double Value { get; init; }

    [JsonIgnore]
    public TrendEnvironment Environment { get; init; } = TrendEnvironment.Unknown;

    /// <summary>Runs of the night.</summary>
    public int Sessions { get; init; } = 1;

    /// <summary>Operations of these runs that failed.</summary>
    public int Failed { get; init; }

    public string? FirstCommit { get; init; }
    public string? LastCommit { get; init; }

    /// <summary>The night's last run.</summary>
    public string? RunId { get; init; }

    /// <summary>
    /// A night begins at noon (UTC) and has the date of its morning, so that runs before and after midnight are of one night.
    /// </summary>
    public static DateOnly NightOf(DateTimeOffset time) => DateOnly.FromDateTime(time.UtcDateTime.AddHours(12));
}
