using System.Data.Common;
using System.IO.Enumeration;
using System.Text.Json;
using Lab.Contracts.Runs;
using Lab.Reports.Store.Databases;

namespace Lab.Reports.Store;

/// <summary>Joins points with their runs, series by series: points lie in that order.</summary>
internal static class HistoryReader
{
    public static async Task<IReadOnlyList<SeriesHistory>> ReadAsync(DbConnection connection, HistoryQuery query, CancellationToken cancel)
    {
        var runs = (await RunTable.ReadAsync(connection, query, cancel)).ToDictionary(row => row.Key, row => row.Run);
        var suites = runs.Values.Select(run => run.Suite).ToHashSet();
        var histories = new List<SeriesHistory>();
        foreach (var (key, series) in await SeriesAsync(connection, cancel))
        {
            if (!suites.Contains(series.Suite) || (query.Metric is { } glob && !FileSystemName.MatchesSimpleExpression(glob, series.Metric, ignoreCase: false)))
                continue;
            var points = await PointsAsync(connection, key, runs, cancel);
            if (points.Count > 0)
                histories.Add(series with { Points = points });
        }

        return [.. histories
            .OrderBy(series => series.Suite, StringComparer.Ordinal)
            .ThenBy(series => series.Metric, StringComparer.Ordinal)
            .ThenBy(series => series.Label, StringComparer.Ordinal)
            .ThenBy(series => series.Unit, StringComparer.Ordinal)];
    }

    private static async Task<List<(long Key, SeriesHistory Series)>> SeriesAsync(DbConnection connection, CancellationToken cancel)
    {
        await using var command = connection.Command("SELECT series_key, suite, metric, unit, better, label, dimensions FROM series");
        await using var reader = await command.ExecuteReaderAsync(cancel);
        var all = new List<(long Key, SeriesHistory Series)>();
        while (await reader.ReadAsync(cancel))
        {
            var dimensions = JsonSerializer.Deserialize<Dictionary<string, string>>(reader.GetString(6))!;
            all.Add((reader.GetInt64(0), new SeriesHistory(
                reader.GetString(1), reader.GetString(2), reader.GetString(3), Enum.Parse<Better>(reader.GetString(4)), reader.GetString(5), dimensions, [])));
        }

        return all;
    }

    private static async Task<List<SeriesPoint>> PointsAsync(
        DbConnection connection, long series, Dictionary<long, StoredRun> runs, CancellationToken cancel)
    {
        await using var command = connection.Command($"SELECT {PointRow.Columns} FROM points WHERE series_key = @series", null, ("series", series));
        await using var reader = await command.ExecuteReaderAsync(cancel);
        var points = new List<SeriesPoint>();
        while (await reader.ReadAsync(cancel))
        {
            if (!runs.TryGetValue(reader.GetInt64(1), out var run))
                continue;
            points.Add(new SeriesPoint(
                run.Id, run.StartedAt, run.Commit, run.ComparisonHash, run.Fingerprint,
                (int)reader.GetInt64(2), (int)reader.GetInt64(3), reader.GetDouble(4), reader.GetDouble(5), reader.GetDouble(6), reader.GetDouble(7),
                reader.IsDBNull(8) ? null : reader.GetDouble(8)));
        }

        points.Sort((a, b) => a.StartedAt == b.StartedAt ? string.CompareOrdinal(a.RunId, b.RunId) : a.StartedAt.CompareTo(b.StartedAt));
        return points;
    }
}
