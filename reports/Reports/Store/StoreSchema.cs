using System.Globalization;
using Lab.Reports.Store.Databases;

namespace Lab.Reports.Store;

/// <summary>The tables, as a list of steps: a store of version n has had the first n. A step that was released is never changed.</summary>
/// <remarks>Times are UTC ticks of .NET, so that both databases keep them whole and order them alike.</remarks>
internal static class StoreSchema
{
    private static readonly string[] Steps =
    [
        """
        CREATE TABLE runs (
            run_key {key},
            id TEXT NOT NULL UNIQUE,
            directory TEXT NOT NULL,
            suite TEXT NOT NULL,
            started_at BIGINT NOT NULL,
            ended_at BIGINT,
            commit_id TEXT,
            dirty BIGINT NOT NULL,
            testbed TEXT NOT NULL,
            comparison TEXT NOT NULL,
            fingerprint TEXT NOT NULL,
            environment TEXT NOT NULL,
            labels TEXT NOT NULL,
            passed BIGINT NOT NULL,
            failed BIGINT NOT NULL,
            errors BIGINT NOT NULL,
            skipped BIGINT NOT NULL,
            samples BIGINT NOT NULL,
            samples_left_out BIGINT NOT NULL,
            pinned BIGINT NOT NULL,
            checksums TEXT NOT NULL,
            stamp TEXT NOT NULL,
            imported_at BIGINT NOT NULL);
        CREATE INDEX runs_started ON runs (started_at);
        CREATE TABLE series (
            series_key {key},
            suite TEXT NOT NULL,
            metric TEXT NOT NULL,
            unit TEXT NOT NULL,
            better TEXT NOT NULL,
            label TEXT NOT NULL,
            dimensions TEXT NOT NULL,
            UNIQUE (suite, metric, unit, better, label));
        CREATE TABLE points (
            series_key BIGINT NOT NULL,
            run_key BIGINT NOT NULL,
            n BIGINT NOT NULL,
            failed BIGINT NOT NULL,
            median DOUBLE PRECISION NOT NULL,
            p95 DOUBLE PRECISION NOT NULL,
            q1 DOUBLE PRECISION NOT NULL,
            q3 DOUBLE PRECISION NOT NULL,
            baseline DOUBLE PRECISION,
            PRIMARY KEY (series_key, run_key)) {clustered};
        CREATE INDEX points_run ON points (run_key);
        """,
    ];

    public static int CurrentVersion => Steps.Length;

    /// <exception cref="StoreException">The store is of a newer version.</exception>
    public static async Task MigrateAsync(IStoreDatabase database, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        await using var transaction = await database.BeginWriteAsync(connection, cancel);
        await connection.ExecuteAsync(transaction, "CREATE TABLE IF NOT EXISTS store_schema (version BIGINT NOT NULL)", cancel);
        await using var query = connection.Command("SELECT MAX(version) FROM store_schema", transaction);
        var version = await query.ExecuteScalarAsync(cancel) is long value ? value : 0;
        if (version > Steps.Length)
            throw new StoreException(
                $"the store {database.Name} is of version {version.ToString(CultureInfo.InvariantCulture)}, this program knows versions up to {Steps.Length}: "
                + "use a newer one, or import into another store");
        if (version == Steps.Length)
            return;

        foreach (var step in Steps.Skip((int)version))
            await connection.ExecuteAsync(transaction, database.Definition(step), cancel);
        await connection.ExecuteAsync(transaction, "INSERT INTO store_schema (version) VALUES (@version)", cancel, ("version", (long)Steps.Length));
        await transaction.CommitAsync(cancel);
    }
}
