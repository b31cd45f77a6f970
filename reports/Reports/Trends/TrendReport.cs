using System.Text.Json.Serialization;
using Lab.Reports.Html;

namespace Lab.Reports.Trends;

/// <summary>The trend of every metric that was asked for.</summary>
public sealed record TrendReport
{
    /// <summary>By suite, metric and label.</summary>
    public required IReadOnlyList<TrendSeries> Series { get; init; }

    /// <summary>Newest night of all series; recent is what began in the days before it. Null without any.</summary>
    public required DateOnly? Newest { get; init; }

    [JsonIgnore]
    public TrendPolicy Policy { get; init; } = TrendPolicy.Default;

    /// <summary>An unexplained regression of the last days stands.</summary>
    public bool Alarming => Series.Any(series => series.Alarming);

    /// <summary>Where a series stands in the page: as in a run's report, with the suite where there are several.</summary>
    public string Anchor(TrendSeries series)
    {
        var anchor = MetricAnchor.Of(series.Metric, series.Unit, series.Label);
        return Series[0].Suite == Series[^1].Suite ? anchor : $"{anchor}@{series.Suite}";
    }

    /// <summary>Judges the series side by side; one without nights is left out.</summary>
    public static TrendReport Of(IEnumerable<TrendHistory> histories, IReadOnlyList<Annotation> annotations, TrendPolicy? policy = null, CancellationToken cancel = default)
    {
        policy ??= TrendPolicy.Default;
        var measured = histories.Where(history => history.Points.Count > 0).ToList();
        if (measured.Count == 0)
            return new TrendReport { Series = [], Newest = null, Policy = policy };
        var newest = measured.Max(history => history.Points.Max(point => point.Night));
        var judge = new TrendJudge(policy, annotations, newest);
        return new TrendReport
        {
            Series = [.. measured.AsParallel().WithCancellation(cancel).Select(judge.Judge).AsEnumerable()
                .OrderBy(series => series.Suite, StringComparer.Ordinal).ThenBy(series => series.Metric, StringComparer.Ordinal)
                .ThenBy(series => series.Label, StringComparer.Ordinal).ThenBy(series => series.Unit, StringComparer.Ordinal)],
            Newest = newest,
            Policy = policy,
        };
    }
}
