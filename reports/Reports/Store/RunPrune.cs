using Lab.Contracts.Runs;
using Lab.Reports.Store.Databases;

namespace Lab.Reports.Store;

/// <summary>Deletes old runs: the directory first, so that a row stands for it until it is gone and the next prune ends what a killed one began.</summary>
internal static class RunPrune
{
    // A directory is renamed before it is emptied: half of a run must not be taken for a run. Import leaves hidden ones out.
    private const string Condemned = ".pruned-";

    public static async Task<PruneReport> PruneAsync(IStoreDatabase database, PruneOptions options, CancellationToken cancel)
    {
        var runsDirectory = Path.TrimEndingDirectorySeparator(Path.GetFullPath(options.RunsDirectory));
        await using var connection = await database.OpenAsync(cancel);
        var rows = await RunTable.ReadAsync(connection, new RunQuery(), cancel);
        var newest = rows.GroupBy(row => row.Run.Suite).SelectMany(suite => suite.TakeLast(options.Keep)).Select(row => row.Key).ToHashSet();

        var (removed, refused) = (new List<StoredRun>(), new List<RefusedDirectory>());
        foreach (var (key, run) in rows.Where(row => !row.Run.Pinned && row.Run.StartedAt < options.StartedBefore && !newest.Contains(row.Key)))
        {
            cancel.ThrowIfCancellationRequested();
            try
            {
                if (Refusal(runsDirectory, run) is { } reason)
                {
                    refused.Add(new RefusedDirectory(run.Directory, reason));
                    continue;
                }

                if (!options.DryRun)
                {
                    // Somebody may have pinned it since.
                    if (await RunTable.IsPinnedAsync(connection, key, cancel))
                        continue;
                    Delete(runsDirectory, run.Directory);
                    await using var transaction = await database.BeginWriteAsync(connection, cancel);
                    await RunTable.DeleteAsync(connection, transaction, key, cancel);
                    await transaction.CommitAsync(cancel);
                }

                removed.Add(run);
            }
            catch (Exception error) when (error is RunRecordException or IOException or UnauthorizedAccessException)
            {
                refused.Add(new RefusedDirectory(run.Directory, error.Message));
            }
        }

        return new PruneReport(removed, refused);
    }

    private static string? Refusal(string runsDirectory, StoredRun run)
    {
        if (Path.GetFullPath(run.Directory) != run.Directory || Path.GetDirectoryName(run.Directory) != runsDirectory)
            return $"it is not directly in {runsDirectory}; prune it where it lies (--runs)";
        var directory = new DirectoryInfo(run.Directory);
        if (directory.LinkTarget is not null)
            return "it is a symbolic link; remove it by hand";
        if (!directory.Exists)
            return null;
        var found = RunReader.ReadInfo(run.Directory).Id;
        return found == run.Id ? null : $"it holds run {found} and not {run.Id}; import it again";
    }

    // Directory.Delete removes links inside, not what they point to.
    private static void Delete(string runsDirectory, string directory)
    {
        var condemned = Path.Combine(runsDirectory, Condemned + Path.GetFileName(directory));
        if (Directory.Exists(condemned))
            Directory.Delete(condemned, recursive: true);
        if (!Directory.Exists(directory))
            return;
        Directory.Move(directory, condemned);
        Directory.Delete(condemned, recursive: true);
    }
}
