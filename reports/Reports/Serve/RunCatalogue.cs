using Lab.Contracts.Runs;
using Lab.Reports.Calibration;
using Lab.Reports.Store;

namespace Lab.Reports.Serve;

/// <summary>The runs that are served: those of the store, brought up to date from the runs directory while somebody looks.</summary>
internal sealed class RunCatalogue(ServeOptions options, RunStore store) : IDisposable
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim gate = new(1, 1);
    private long? imported;

    public string RunsDirectory => Path.GetFullPath(options.RunsDirectory);

    public RunStore Store => store;

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<StoredRun>> RunsAsync(RunQuery query, CancellationToken cancel)
    {
        await RefreshAsync(cancel);
        return [.. (await store.RunsAsync(query, cancel)).OrderByDescending(run => run.StartedAt)];
    }

    public async Task RefreshAsync(CancellationToken cancel)
    {
        await gate.WaitAsync(cancel);
        try
        {
            if (imported is { } at && options.Time.GetElapsedTime(at) < Fresh)
                return;
            if (Directory.Exists(RunsDirectory))
                await store.ImportAsync([RunsDirectory], cancel: cancel);
            imported = options.Time.GetTimestamp();
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Directory of a run: in the runs directory, or where the store has it. Null where there is none of that id.</summary>
    public async Task<string?> DirectoryOfAsync(string id, CancellationToken cancel)
    {
        if (!IsName(id))
            return null;
        var own = Path.Combine(RunsDirectory, id);
        if (File.Exists(Path.Combine(own, RunFiles.Info)))
            return own;
        return (await store.RunsAsync(cancel: cancel)).FirstOrDefault(run => run.Id == id)?.Directory is { } known && File.Exists(Path.Combine(known, RunFiles.Info))
            ? known
            : null;
    }

    /// <summary>A profile for runs of that kind, if the testbed was calibrated.</summary>
    public NoiseProfile? Noise(RunInfo run) => NoiseProfiles.Find(RunsDirectory, ComparisonKey.Of(run).Hash);

    public void Dispose() => gate.Dispose();

    /// <summary>One part of a path that stays where it is.</summary>
    public static bool IsName(string part) => part is not ("" or "." or "..") && part.IndexOfAny(['/', '\\', '\0']) < 0;
}
