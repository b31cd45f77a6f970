using Lab.Reports.Store.Databases;

namespace Lab.Reports.Store;

/// <summary>
/// An index over run directories, in SQLite or PostgreSQL. The directories are the truth: a store that is lost is made again by
/// importing them (pins alone are kept nowhere else). Several processes may read and import at once.
/// </summary>
public sealed class RunStore : IAsyncDisposable
{
    private readonly IStoreDatabase _database;
    private readonly TimeProvider _time;

    private RunStore(IStoreDatabase database, TimeProvider time) => (_database, _time) = (database, time);

    /// <summary>What messages call the store: a path, or host and database without user and password.</summary>
    public string Name => _database.Name;

    /// <summary>The store of a runs directory for which nothing else was asked.</summary>
    public static string DefaultLocation(string runsDirectory) => Path.Combine(runsDirectory, "index.db");

    /// <summary>Opens a store, and makes or migrates its tables.</summary>
    /// <param name="location">A file for SQLite, or an Npgsql connection string ("Host=…;Database=…") for PostgreSQL.</param>
    /// <exception cref="StoreException">It cannot be opened, or is of a newer version of this program.</exception>
    public static async Task<RunStore> OpenAsync(string location, TimeProvider? time = null, CancellationToken cancel = default)
    {
        var database = StoreDatabase.At(location);
        try
        {
            await StoreDatabase.GuardAsync(database, () => StoreSchema.MigrateAsync(database, cancel));
            return new RunStore(database, time ?? TimeProvider.System);
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Indexes runs that are new or changed. Directories that cannot be read are reported and the rest is loaded. What was
    /// committed when the process is killed or cancelled stays; the next import does the rest.
    /// </summary>
    /// <param name="directories">Run directories, and directories of run directories.</param>
    public Task<ImportReport> ImportAsync(
        IEnumerable<string> directories, IProgress<StoreProgress>? progress = null, CancellationToken cancel = default) =>
        StoreDatabase.GuardAsync(_database, () => new RunImport(_database, _time).ImportAsync(directories, progress, cancel));

    /// <returns>Oldest first.</returns>
    public Task<IReadOnlyList<StoredRun>> RunsAsync(RunQuery? query = null, CancellationToken cancel = default) =>
        StoreDatabase.GuardAsync(_database, async () =>
        {
            await using var connection = await _database.OpenAsync(cancel);
            return (IReadOnlyList<StoredRun>)[.. (await RunTable.ReadAsync(connection, query ?? new RunQuery(), cancel)).Select(row => row.Run)];
        });

    /// <returns>By suite, metric and label; a series without points is left out.</returns>
    public Task<IReadOnlyList<SeriesHistory>> HistoryAsync(HistoryQuery? query = null, CancellationToken cancel = default) =>
        StoreDatabase.GuardAsync(_database, async () =>
        {
            await using var connection = await _database.OpenAsync(cancel);
            return await HistoryReader.ReadAsync(connection, query ?? new HistoryQuery(), cancel);
        });

    /// <returns>Whether the store has the run.</returns>
    public Task<bool> PinAsync(string runId, CancellationToken cancel = default) => SetPinAsync(runId, pinned: true, cancel);

    /// <inheritdoc cref="PinAsync"/>
    public Task<bool> UnpinAsync(string runId, CancellationToken cancel = default) => SetPinAsync(runId, pinned: false, cancel);

    /// <summary>Deletes the directories of old runs that are not pinned, and then what the store has of them.</summary>
    public Task<PruneReport> PruneAsync(PruneOptions options, CancellationToken cancel = default) =>
        StoreDatabase.GuardAsync(_database, () => RunPrune.PruneAsync(_database, options, cancel));

    /// <summary>Reads the files of all runs again and names those that are not as they were imported.</summary>
    public async Task<IReadOnlyList<ChecksumFault>> VerifyAsync(IProgress<StoreProgress>? progress = null, CancellationToken cancel = default) =>
        await RunChecksums.VerifyAsync(await RunsAsync(cancel: cancel), progress, cancel);

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    private Task<bool> SetPinAsync(string runId, bool pinned, CancellationToken cancel) =>
        StoreDatabase.GuardAsync(_database, async () =>
        {
            await using var connection = await _database.OpenAsync(cancel);
            return await RunTable.SetPinAsync(connection, runId, pinned, cancel);
        });
}
