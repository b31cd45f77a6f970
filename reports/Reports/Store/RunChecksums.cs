using System.Collections.Concurrent;
using System.Security.Cryptography;
using Lab.Contracts.Runs;

namespace Lab.Reports.Store;

/// <summary>SHA-256 of the files that make a run's record; logs and captures may come and go.</summary>
internal static class RunChecksums
{
    public static IReadOnlyList<string> Files { get; } = [RunFiles.Info, RunFiles.Samples, RunFiles.Events, RunFiles.Results];

    /// <returns>Lower-case hex by file name; without the files that are not there.</returns>
    public static IReadOnlyDictionary<string, string> Of(string directory)
    {
        var checksums = new Dictionary<string, string>();
        foreach (var name in Files)
        {
            var path = Path.Combine(directory, name);
            if (!File.Exists(path))
                continue;
            using var file = File.OpenRead(path);
            checksums[name] = Convert.ToHexStringLower(SHA256.HashData(file));
        }

        return checksums;
    }

    /// <returns>By run, oldest first, and file.</returns>
    public static async Task<IReadOnlyList<ChecksumFault>> VerifyAsync(
        IReadOnlyList<StoredRun> runs, IProgress<StoreProgress>? progress, CancellationToken cancel)
    {
        var faults = new ConcurrentDictionary<string, IReadOnlyList<ChecksumFault>>();
        var done = 0;
        await Parallel.ForEachAsync(runs, new ParallelOptions { CancellationToken = cancel, MaxDegreeOfParallelism = Environment.ProcessorCount }, (run, _) =>
        {
            faults[run.Id] = FaultsOf(run);
            progress?.Report(new StoreProgress(Interlocked.Increment(ref done), runs.Count));
            return ValueTask.CompletedTask;
        });
        return [.. runs.SelectMany(run => faults[run.Id])];
    }

    private static List<ChecksumFault> FaultsOf(StoredRun run)
    {
        var now = Of(run.Directory);
        return [.. Files
            .Select(file => (file, Before: run.Checksums.GetValueOrDefault(file), Now: now.GetValueOrDefault(file)))
            .Where(row => row.Before != row.Now)
            .Select(row => new ChecksumFault(run.Id, Path.Combine(run.Directory, row.file), (row.Before, row.Now) switch
            {
                (_, null) => ChecksumFaultKind.Missing,
                (null, _) => ChecksumFaultKind.Added,
                _ => ChecksumFaultKind.Changed,
            }))];
    }
}
