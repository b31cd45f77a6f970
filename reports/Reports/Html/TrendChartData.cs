using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Lab.Reports.Trends;

namespace Lab.Reports.Html;

/// <summary>
/// What trend.js draws. Nights, commits and names stand once, values as plain arrays of five digits: 200 metrics of 365 nights are
/// half a megabyte. Points refer to nights by their index.
/// </summary>
internal static class TrendChartData
{
    private const string SignificantDigits = "G5";

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public static string Of(TrendReport report)
    {
        var nights = report.Series.SelectMany(series => series.Points).Select(point => point.Night).Distinct().Order().ToList();
        var index = nights.Select((night, i) => (night, i)).ToDictionary(entry => entry.night, entry => entry.i);
        return JsonSerializer.Serialize(new
        {
            Nights = nights.Select(TrendText.Night),
            Commits = report.Series.GroupBy(series => series.Suite).ToDictionary(suite => suite.Key, suite => Commits(suite, index)),
            Series = report.Series.Select(series => Series(series, index, report.Anchor(series))),
        }, Options);
    }

    private static string?[] Commits(IEnumerable<TrendSeries> suite, Dictionary<DateOnly, int> index)
    {
        var commits = new string?[index.Count];
        foreach (var point in suite.SelectMany(series => series.Points))
            commits[index[point.Night]] ??= point.LastCommit is { } commit ? TrendText.Commit(commit) : null;
        return commits;
    }

    private static object Series(TrendSeries series, Dictionary<DateOnly, int> index, string anchor)
    {
        var environments = series.Points.Select(point => point.Environment).Distinct().ToList();
        var at = series.Points.Select(point => index[point.Night]).ToArray();
        return new
        {
            Id = anchor,
            series.Suite,
            series.Name,
            Unit = series.ValueUnit,
            Ratio = series.IsRatio,
            Better = series.Better.ToString().ToLowerInvariant(),
            // Most series have every night: the first one says it all.
            First = at[0],
            At = at.Select((night, i) => night == at[0] + i).All(next => next) ? null : at,
            Values = series.Points.Select(point => Rounded(point.Value)),
            Environments = environments.Count == 1 ? null : series.Points.Select(point => environments.IndexOf(point.Environment)),
            Resets = series.Resets.Select(reset => new { At = index[reset.Night], reset.Changes }),
            Notes = series.Annotations.Select(annotation => new { Date = TrendText.Night(annotation.Date), annotation.Text }),
            Events = series.Events.Select(change => new
            {
                Kind = TrendText.Kind(change.Kind),
                At = index[change.Night],
                Until = index[change.Until],
                Environment = environments.IndexOf(change.Environment),
                Before = Rounded(change.Before),
                After = change.After is { } after ? Rounded(after) : null,
                Effect = TrendText.Effect(change),
                Limit = change.Limit is { } limit ? Rounded(limit) : null,
                change.P,
                Direction = TrendText.Direction(change.Direction),
                State = TrendText.State(change),
                Stands = change.State == TrendState.Stands,
                change.Alarming,
                Commits = TrendText.Commits(change),
            }),
        };
    }

    // Null is a night that failed.
    private static double? Rounded(double value) => double.IsFinite(value)
        ? double.Parse(value.ToString(SignificantDigits, CultureInfo.InvariantCulture), CultureInfo.InvariantCulture)
        : null;
}
