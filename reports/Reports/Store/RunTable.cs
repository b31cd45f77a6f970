using System.Data.Common;
using System.Text.Json;
using Lab.Reports.Sections;
using Lab.Reports.Store.Databases;

namespace Lab.Reports.Store;

/// <summary>Table runs.</summary>
internal static class RunTable
{
    private static readonly string[] Columns =
    [
        "id", "directory", "suite", "started_at", "ended_at", "commit_id", "dirty", "testbed", "comparison", "fingerprint", "environment",
        "labels", "passed", "failed", "errors", "skipped", "samples", "samples_left_out", "checksums", "pinned",
    ];

    /// <returns>Oldest first.</returns>
    public static async Task<List<(long Key, StoredRun Run)>> ReadAsync(DbConnection connection, RunQuery query, CancellationToken cancel)
    {
        var where = new List<(string Condition, string Name, object Value)>();
        if (query.Suite is { } suite)
            where.Add(("suite = @suite", "suite", suite));
        if (query.Since is { } since)
            where.Add(("started_at >= @since", "since", since.UtcTicks));
        if (query.Until is { } until)
            where.Add(("started_at < @until", "until", until.UtcTicks));
        await using var command = connection.Command(
            $"SELECT run_key, {string.Join(", ", Columns)} FROM runs {(where.Count == 0 ? "" : "WHERE ")}{string.Join(" AND ", where.Select(row => row.Condition))}",
            null, where.Select(row => (row.Name, (object?)row.Value)));

        var runs = new List<(long Key, StoredRun Run)>();
        // Years of runs share a few environments.
        var environments = new Dictionary<string, IReadOnlyDictionary<string, string>>();
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel))
        {
            var run = Read(reader, environments);
            if (query.Matches(run))
                runs.Add((reader.GetInt64(0), run));
        }

        return [.. runs.OrderBy(row => row.Run.StartedAt).ThenBy(row => row.Run.Id, StringComparer.Ordinal)];
    }

    /// <summary><see cref="FileStamp"/> by directory.</summary>
    public static async Task<Dictionary<string, string>> StampsAsync(DbConnection connection, CancellationToken cancel)
    {
        await using var command = connection.Command("SELECT directory, stamp FROM runs");
        await using var reader = await command.ExecuteReaderAsync(cancel);
        var stamps = new Dictionary<string, string>();
        while (await reader.ReadAsync(cancel))
            stamps[reader.GetString(0)] = reader.GetString(1);
        return stamps;
    }

    /// <returns>Null where the store does not have the run.</returns>
    public static async Task<string?> DirectoryOfAsync(DbConnection connection, DbTransaction transaction, string id, CancellationToken cancel)
    {
        await using var command = connection.Command("SELECT directory FROM runs WHERE id = @id", transaction, ("id", id));
        return (string?)await command.ExecuteScalarAsync(cancel);
    }

    /// <summary>Writes the run's row, keeps its pin, and takes away the points it had.</summary>
    /// <returns>The run's key.</returns>
    public static async Task<long> PutAsync(DbConnection connection, DbTransaction transaction, RunDigest digest, DateTimeOffset now, CancellationToken cancel)
    {
        var run = digest.Run;
        (string Name, object? Value)[] values =
        [
            ("id", run.Id), ("directory", run.Directory), ("suite", run.Suite), ("started_at", run.StartedAt.UtcTicks), ("ended_at", run.EndedAt?.UtcTicks),
            ("commit_id", run.Commit), ("dirty", run.Dirty ? 1L : 0L), ("testbed", run.Testbed), ("comparison", run.ComparisonHash),
            ("fingerprint", run.Fingerprint), ("environment", JsonSerializer.Serialize(run.Environment)), ("labels", JsonSerializer.Serialize(run.Labels)),
            ("passed", (long)run.Verdicts.Pass), ("failed", (long)run.Verdicts.Fail), ("errors", (long)run.Verdicts.Error),
            ("skipped", (long)run.Verdicts.Skip), ("samples", (long)run.Samples), ("samples_left_out", (long)run.SamplesLeftOut),
            ("checksums", JsonSerializer.Serialize(run.Checksums)), ("stamp", digest.Stamp), ("imported_at", now.UtcTicks),
        ];
        var names = values.Select(value => value.Name).ToList();
        await using var command = connection.Command(
            $"""
             INSERT INTO runs ({string.Join(", ", names)}, pinned) VALUES ({string.Join(", ", names.Select(name => "@" + name))}, 0)
             ON CONFLICT (id) DO UPDATE SET {string.Join(", ", names.Select(name => $"{name} = excluded.{name}"))} RETURNING run_key
             """,
            transaction, values);
        var key = (long)(await command.ExecuteScalarAsync(cancel))!;
        await connection.ExecuteAsync(transaction, "DELETE FROM points WHERE run_key = @key", cancel, ("key", key));
        return key;
    }

    public static async Task<bool> SetPinAsync(DbConnection connection, string id, bool pinned, CancellationToken cancel)
    {
        await using var command = connection.Command("UPDATE runs SET pinned = @pinned WHERE id = @id", null, ("pinned", pinned ? 1L : 0L), ("id", id));
        return await command.ExecuteNonQueryAsync(cancel) > 0;
    }

    public static async Task<bool> IsPinnedAsync(DbConnection connection, long key, CancellationToken cancel)
    {
        await using var command = connection.Command("SELECT pinned FROM runs WHERE run_key = @key", null, ("key", key));
        return await command.ExecuteScalarAsync(cancel) is 1L;
    }

    public static async Task DeleteAsync(DbConnection connection, DbTransaction transaction, long key, CancellationToken cancel)
    {
        await connection.ExecuteAsync(transaction, "DELETE FROM points WHERE run_key = @key", cancel, ("key", key));
        await connection.ExecuteAsync(transaction, "DELETE FROM runs WHERE run_key = @key", cancel, ("key", key));
    }

    private static StoredRun Read(DbDataReader reader, Dictionary<string, IReadOnlyDictionary<string, string>> environments)
    {
        int Column(string name) => 1 + Array.IndexOf(Columns, name);
        string Text(string name) => reader.GetString(Column(name));
        int Number(string name) => (int)reader.GetInt64(Column(name));
        DateTimeOffset Time(string name) => new(reader.GetInt64(Column(name)), TimeSpan.Zero);
        bool Has(string name) => !reader.IsDBNull(Column(name));
        IReadOnlyDictionary<string, string> Map(string name) => JsonSerializer.Deserialize<Dictionary<string, string>>(Text(name))!;

        var fingerprint = Text("fingerprint");
        if (!environments.TryGetValue(fingerprint, out var environment))
            environments[fingerprint] = environment = Map("environment");
        return new StoredRun
        {
            Id = Text("id"),
            Directory = Text("directory"),
            Suite = Text("suite"),
            StartedAt = Time("started_at"),
            EndedAt = Has("ended_at") ? Time("ended_at") : null,
            Commit = Has("commit_id") ? Text("commit_id") : null,
            Dirty = Number("dirty") != 0,
            Testbed = Text("testbed"),
            ComparisonHash = Text("comparison"),
            Fingerprint = fingerprint,
            Environment = environment,
            Labels = Map("labels"),
            Verdicts = new VerdictCounts(Number("passed"), Number("failed"), Number("errors"), Number("skipped")),
            Samples = Number("samples"),
            SamplesLeftOut = Number("samples_left_out"),
            Pinned = Number("pinned") != 0,
            Checksums = Map("checksums"),
        };
    }
}
