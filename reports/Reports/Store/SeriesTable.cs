using System.Data.Common;
using System.Text.Json;
using Lab.Contracts.Runs;
using Lab.Reports.Metrics;
using Lab.Reports.Store.Databases;

namespace Lab.Reports.Store;

/// <summary>Table series. An importer remembers the keys it has seen; rows are never deleted, so they stay right.</summary>
internal sealed class SeriesTable
{
    private readonly Dictionary<(string Suite, string Metric, string Unit, Better Better, string Label), long> _keys = [];

    public async Task<long> KeyAsync(DbConnection connection, DbTransaction transaction, string suite, MetricSeries series, CancellationToken cancel)
    {
        var identity = (suite, series.Metric, series.Unit, series.Better, series.Label);
        if (_keys.TryGetValue(identity, out var known))
            return known;
        await using var command = connection.Command(
            """
            INSERT INTO series (suite, metric, unit, better, label, dimensions) VALUES (@suite, @metric, @unit, @better, @label, @dimensions)
            ON CONFLICT (suite, metric, unit, better, label) DO UPDATE SET dimensions = excluded.dimensions RETURNING series_key
            """,
            transaction,
            ("suite", suite), ("metric", series.Metric), ("unit", series.Unit), ("better", series.Better.ToString()), ("label", series.Label),
            ("dimensions", JsonSerializer.Serialize(series.Dimensions)));
        return _keys[identity] = (long)(await command.ExecuteScalarAsync(cancel))!;
    }
}
