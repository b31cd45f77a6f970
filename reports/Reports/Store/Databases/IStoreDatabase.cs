using System.Data.Common;

namespace Lab.Reports.Store.Databases;

/// <summary>What SQLite and PostgreSQL do differently. The SQL of everything else is common to both.</summary>
internal interface IStoreDatabase : IAsyncDisposable
{
    /// <summary>For messages: without user and password.</summary>
    string Name { get; }

    Task<DbConnection> OpenAsync(CancellationToken cancel);

    /// <summary>A transaction that waits until it is the only one that writes.</summary>
    Task<DbTransaction> BeginWriteAsync(DbConnection connection, CancellationToken cancel);

    /// <summary>Replaces what the two write differently in a table definition: {key} and {clustered}.</summary>
    string Definition(string sql);

    Task InsertPointsAsync(DbConnection connection, DbTransaction transaction, IReadOnlyList<PointRow> rows, CancellationToken cancel);
}
