using System.Collections.Concurrent;
using System.Data.Common;
using System.Threading.Channels;
using Lab.Contracts.Runs;
using Lab.Reports.Store.Databases;

namespace Lab.Reports.Store;

/// <summary>Reads run directories on all cores and writes what they come to in batches, each a transaction.</summary>
internal sealed class RunImport(IStoreDatabase database, TimeProvider time)
{
    // Large enough that a transaction costs nothing beside reading, small enough that a killed import loses seconds.
    private const int RunsPerBatch = 32;

    private readonly ConcurrentBag<RefusedDirectory> _refused = [];
    private int _imported;

    public async Task<ImportReport> ImportAsync(IEnumerable<string> directories, IProgress<StoreProgress>? progress, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        var known = await RunTable.StampsAsync(connection, cancel);
        var found = RunDirectories.Of(directories).ToList();
        var changed = found.Where(directory => !known.TryGetValue(directory, out var stamp) || stamp != FileStamp.Of(directory)).ToList();

        var channel = Channel.CreateBounded<RunDigest>(RunsPerBatch);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        await Task.WhenAll(
            ReadAsync(changed, channel.Writer, progress, stop.Token),
            WriteAsync(connection, channel.Reader, stop));
        return new ImportReport(_imported, found.Count - changed.Count, [.. _refused.OrderBy(row => row.Directory, StringComparer.Ordinal)]);
    }

    private async Task ReadAsync(List<string> directories, ChannelWriter<RunDigest> digests, IProgress<StoreProgress>? progress, CancellationToken cancel)
    {
        var done = 0;
        try
        {
            var options = new ParallelOptions { CancellationToken = cancel, MaxDegreeOfParallelism = Environment.ProcessorCount };
            await Parallel.ForEachAsync(directories, options, async (directory, stopped) =>
            {
                try
                {
                    await digests.WriteAsync(RunDigest.Read(directory), stopped);
                }
                catch (Exception error) when (error is RunRecordException or IOException or UnauthorizedAccessException)
                {
                    _refused.Add(new RefusedDirectory(directory, error.Message));
                }

                progress?.Report(new StoreProgress(Interlocked.Increment(ref done), directories.Count));
            });
            digests.Complete();
        }
        catch (Exception error)
        {
            digests.Complete(error);
            throw;
        }
    }

    private async Task WriteAsync(DbConnection connection, ChannelReader<RunDigest> digests, CancellationTokenSource stop)
    {
        try
        {
            var series = new SeriesTable();
            var batch = new List<RunDigest>();
            await foreach (var digest in digests.ReadAllAsync(stop.Token))
            {
                batch.Add(digest);
                if (batch.Count < RunsPerBatch)
                    continue;
                await WriteAsync(connection, series, batch, stop.Token);
                batch.Clear();
            }

            await WriteAsync(connection, series, batch, stop.Token);
        }
        catch
        {
            // Readers wait for room that nobody makes any more.
            await stop.CancelAsync();
            throw;
        }
    }

    private async Task WriteAsync(DbConnection connection, SeriesTable series, List<RunDigest> batch, CancellationToken cancel)
    {
        if (batch.Count == 0)
            return;
        await using var transaction = await database.BeginWriteAsync(connection, cancel);
        var points = new List<PointRow>();
        var written = 0;
        foreach (var digest in batch)
        {
            var other = await RunTable.DirectoryOfAsync(connection, transaction, digest.Run.Id, cancel);
            if (other is not null && other != digest.Run.Directory && Directory.Exists(other))
            {
                _refused.Add(new RefusedDirectory(digest.Run.Directory, $"{digest.Run.Directory} holds run {digest.Run.Id}, which the store has from {other}: remove one of the two"));
                continue;
            }

            var run = await RunTable.PutAsync(connection, transaction, digest, time.GetUtcNow(), cancel);
            foreach (var row in digest.Series)
            {
                var key = await series.KeyAsync(connection, transaction, digest.Run.Suite, row.Series, cancel);
                var summary = row.Summary;
                points.Add(new PointRow(
                    key, run, summary.N, row.Series.Failures, summary.Median, summary.P95, summary.Q1, summary.Q3, row.BaselineMedian));
            }

            written++;
        }

        await database.InsertPointsAsync(connection, transaction, points, cancel);
        await transaction.CommitAsync(cancel);
        _imported += written;
    }
}
