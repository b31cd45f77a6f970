using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Lab.Reports.Store.Databases;

/// <summary>A file. Its log is written ahead (https://sqlite.org/wal.html), so that readers and the one writer do not wait for each other.</summary>
internal sealed class SqliteDatabase : IStoreDatabase
{
    // How long a writer waits for others; each holds the file for one batch of an import.
    private const int BusySeconds = 120;

    private readonly string _connectionString;

    public SqliteDatabase(string path)
    {
        Name = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(Name)!);
        _connectionString = new SqliteConnectionStringBuilder { DataSource = Name, DefaultTimeout = BusySeconds }.ConnectionString;
    }

    public string Name { get; }

    public async Task<DbConnection> OpenAsync(CancellationToken cancel)
    {
        var connection = new SqliteConnection(_connectionString);
        try
        {
            await connection.OpenAsync(cancel);
            // NORMAL survives a killed process; after a power cut the last runs are imported again.
            await using var command = connection.Command("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
            await command.ExecuteNonQueryAsync(cancel);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public Task<DbTransaction> BeginWriteAsync(DbConnection connection, CancellationToken cancel) =>
        Task.FromResult<DbTransaction>(((SqliteConnection)connection).BeginTransaction(deferred: false));

    public string Definition(string sql) =>
        sql.Replace("{key}", "INTEGER PRIMARY KEY", StringComparison.Ordinal).Replace("{clustered}", "WITHOUT ROWID", StringComparison.Ordinal);

    public async Task InsertPointsAsync(DbConnection connection, DbTransaction transaction, IReadOnlyList<PointRow> rows, CancellationToken cancel)
    {
        await using var command = ((SqliteConnection)connection).CreateCommand();
        command.Transaction = (SqliteTransaction)transaction;
        command.CommandText = $"INSERT INTO points ({PointRow.Columns}) VALUES ($0, $1, $2, $3, $4, $5, $6, $7, $8)";
        for (var i = 0; i < 9; i++)
            command.Parameters.Add(new SqliteParameter { ParameterName = $"${i}" });
        foreach (var row in rows)
        {
            command.Parameters[0].Value = row.Series;
            command.Parameters[1].Value = row.Run;
            command.Parameters[2].Value = row.N;
            command.Parameters[3].Value = row.Failed;
            command.Parameters[4].Value = row.Median;
            command.Parameters[5].Value = row.P95;
            command.Parameters[6].Value = row.Q1;
            command.Parameters[7].Value = row.Q3;
            command.Parameters[8].Value = (object?)row.Baseline ?? DBNull.Value;
            await command.ExecuteNonQueryAsync(cancel);
        }
    }

    public ValueTask DisposeAsync()
    {
        using var connection = new SqliteConnection(_connectionString);
        SqliteConnection.ClearPool(connection);
        return ValueTask.CompletedTask;
    }
}
