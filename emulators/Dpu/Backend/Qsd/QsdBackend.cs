using Lab.Emulators.Dpu.State;
using Microsoft.Extensions.Logging;

namespace Lab.Emulators.Dpu.Backend.Qsd;

/// <summary>
/// The data path as qemu-storage-daemon, told over QMP: one throttled node per bdev, one vhost-user-blk export per controller. What
/// should be there is kept here; <see cref="SuperviseAsync"/> brings a restarted daemon back to it, and QEMU on the host's side
/// reconnects to the sockets. The daemon answers every VIRTIO_BLK_T_GET_ID with "vhost_user_blk" (fixed in QEMU 7.2), and counts
/// neither reads nor writes of exports.
/// </summary>
internal sealed partial class QsdBackend : IVirtioBlkBackend
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private readonly QsdOptions options;
    private readonly QsdProcess process;
    private readonly BdevProbe probe;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly Dictionary<string, Bdev> bdevs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, BlkExport> exports = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim gate = new(1, 1);
    private readonly CancellationTokenSource stop = new();
    private QsdDaemon? daemon;
    private Task supervising = Task.CompletedTask;

    public QsdBackend(QsdOptions options, TimeProvider time, ILogger logger)
    {
        this.options = options;
        this.time = time;
        this.logger = logger;
        process = new QsdProcess(options, time, logger);
        probe = new BdevProbe(time, logger);
    }

    public async Task StartAsync(BackendLayout layout, CancellationToken token)
    {
        await gate.WaitAsync(token);
        try
        {
            foreach (var bdev in layout.Bdevs)
                bdevs[bdev.Name] = bdev;
            foreach (var export in layout.Exports)
                exports[export.Socket] = export;
            await ConnectAsync(token);
        }
        finally
        {
            gate.Release();
        }
        supervising = SuperviseAsync();
    }

    public Task<ulong> OpenAsync(Bdev bdev, CancellationToken token) => WithDaemonAsync(async daemon =>
    {
        var known = await probe.AskAsync(bdev, token);
        await daemon.OpenNodeAsync(bdev, token);
        var size = known ?? await daemon.ReadSizeAsync(QsdNames.TopNode(bdev), token);
        bdevs[bdev.Name] = bdev;
        return size;
    }, token);

    public Task CloseAsync(string bdev, CancellationToken token) => WithDaemonAsync(async daemon =>
    {
        if (!bdevs.TryGetValue(bdev, out var known))
            return 0;
        await daemon.CloseNodeAsync(QsdNames.TopNode(known), token);
        if (!known.Limits.AreNone)
            await daemon.RemoveGroupsAsync(known, token);
        bdevs.Remove(bdev);
        if (known.Kind == BdevKind.Malloc)
            File.Delete(known.Filename!);
        return 0;
    }, token);

    public Task LimitAsync(string bdev, RateLimits limits, CancellationToken token) => WithDaemonAsync(async daemon =>
    {
        if (!bdevs.TryGetValue(bdev, out var known))
            throw new DpuException(Errno.NoDevice);
        var limited = known with { Limits = limits };
        if (limits.AreNone != known.Limits.AreNone)
            await daemon.RegroupAsync(limited, token);
        else if (!limits.AreNone)
            await daemon.SetLimitsAsync(limited, token);
        bdevs[bdev] = limited;
        return 0;
    }, token);

    public Task ExportAsync(BlkExport export, CancellationToken token) => WithDaemonAsync(async daemon =>
    {
        if (!bdevs.TryGetValue(export.Bdev, out var bdev))
            throw new DpuException(Errno.NoDevice);
        await daemon.AddExportAsync(export, bdev, token);
        exports[export.Socket] = export;
        return 0;
    }, token);

    public Task UnexportAsync(string socket, CancellationToken token) => WithDaemonAsync(async daemon =>
    {
        if (!exports.TryGetValue(socket, out var export))
            return 0;
        if (bdevs.TryGetValue(export.Bdev, out var bdev))
            await daemon.RemoveExportAsync(QsdNames.Export(export, bdev), token);
        exports.Remove(socket);
        File.Delete(Path.Combine(options.VhostDirectory, socket));
        return 0;
    }, token);

    public Task<IReadOnlyDictionary<string, BdevCounters>> CountAsync(CancellationToken token) =>
        WithDaemonAsync(daemon => daemon.CountAsync(bdevs.Values, token), token);

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await supervising;
        if (daemon is not null)
            await daemon.DisposeAsync();
        gate.Dispose();
        stop.Dispose();
    }

    /// <summary>Runs when the daemon died: starts it and adds everything again, until all of it is there.</summary>
    private async Task SuperviseAsync()
    {
        var isComplete = false;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                if (isComplete && daemon is { Closed.IsCompleted: false } alive)
                {
                    await alive.Closed.WaitAsync(stop.Token);
                    LogLost();
                }
                await gate.WaitAsync(stop.Token);
                try
                {
                    isComplete = await ReconcileAsync(await ConnectAsync(stop.Token), stop.Token);
                }
                finally
                {
                    gate.Release();
                }
                if (!isComplete)
                    await Task.Delay(RetryDelay, time, stop.Token);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is IOException or DpuException or InvalidDataException or TimeoutException or System.Net.Sockets.SocketException)
            {
                isComplete = false;
                LogRetry(e.Message);
                await Task.Delay(RetryDelay, time, stop.Token).ContinueWith(_ => { }, TaskScheduler.Default);
            }
        }
    }

    private async Task<T> WithDaemonAsync<T>(Func<QsdDaemon, Task<T>> work, CancellationToken token)
    {
        await gate.WaitAsync(token);
        try
        {
            return await work(await ConnectAsync(token));
        }
        catch (Exception e) when (e is IOException or InvalidDataException or System.Net.Sockets.SocketException)
        {
            LogFailed(e.Message);
            throw new DpuException(Errno.InputOutput, null, e);
        }
        catch (TimeoutException e)
        {
            LogFailed(e.Message);
            throw new DpuException(Errno.TimedOut, null, e);
        }
        finally
        {
            gate.Release();
        }
    }

    private async Task<QsdDaemon> ConnectAsync(CancellationToken token)
    {
        if (daemon is { Closed.IsCompleted: false } alive)
            return alive;
        if (daemon is { } dead)
        {
            daemon = null;
            await dead.DisposeAsync();
        }
        daemon = new QsdDaemon(await process.ConnectAsync(token), options.VhostDirectory, time, logger);
        // Whoever calls may be about to add to a daemon that just lost everything.
        await ReconcileAsync(daemon, token);
        return daemon;
    }

    /// <summary>Removes what should not be there, adds what should.</summary>
    /// <returns>False when something could not be added now.</returns>
    private async Task<bool> ReconcileAsync(QsdDaemon daemon, CancellationToken token)
    {
        var wantedExports = exports.Values
            .Where(e => bdevs.ContainsKey(e.Bdev))
            .ToDictionary(e => QsdNames.Export(e, bdevs[e.Bdev]), e => e);
        var wantedNodes = bdevs.Values.ToDictionary(QsdNames.TopNode, b => b);

        var presentExports = await daemon.ListExportsAsync(token);
        foreach (var id in presentExports.Where(id => !wantedExports.ContainsKey(id)))
            await daemon.RemoveExportAsync(id, token);

        var presentNodes = await daemon.ListTopNodesAsync(token);
        foreach (var node in presentNodes.Where(n => !wantedNodes.ContainsKey(n)))
            await daemon.CloseNodeAsync(node, token);

        var groups = await daemon.ListGroupsAsync(token);
        if (!groups.Contains(QsdNames.UnlimitedGroup))
            await daemon.AddUnlimitedGroupAsync(token);
        // A change of limits may have been cut short anywhere.
        foreach (var (_, bdev) in wantedNodes.Where(n => presentNodes.Contains(n.Key)))
            if (!bdev.Limits.AreNone || QsdNames.OwnGroups(bdev).Any(groups.Contains))
                await daemon.RegroupAsync(bdev, token);
        var wantedGroups = bdevs.Values.Select(QsdNames.Groups).SelectMany(g => new[] { g.Total, g.Direction }).Append(QsdNames.UnlimitedGroup);
        foreach (var group in (await daemon.ListGroupsAsync(token)).Except(wantedGroups))
            await daemon.TryRemoveGroupAsync(group, token);

        // Side by side: many volumes of a target that is down must cost one time limit, not one each.
        var missing = wantedNodes.Where(n => !presentNodes.Contains(n.Key)).Select(n => n.Value).ToList();
        var reachable = await Task.WhenAll(missing.Select(b => probe.TryAskAsync(b, token)));
        var isComplete = Array.TrueForAll(reachable, r => r);
        foreach (var bdev in missing.Where((_, i) => reachable[i]))
        {
            try
            {
                await daemon.OpenNodeAsync(bdev, token);
            }
            catch (DpuException)
            {
                isComplete = false;
            }
        }
        foreach (var (id, export) in wantedExports.Where(e => !presentExports.Contains(e.Key)))
        {
            try
            {
                await daemon.AddExportAsync(export, bdevs[export.Bdev], token);
            }
            catch (DpuException e)
            {
                LogNotExported(export.Socket, e.Message);
                isComplete = false;
            }
        }
        return isComplete;
    }

    [LoggerMessage(LogLevel.Warning, "qemu-storage-daemon is gone; starting it again")]
    private partial void LogLost();

    [LoggerMessage(LogLevel.Warning, "data path: {Reason}; trying again")]
    private partial void LogRetry(string reason);

    [LoggerMessage(LogLevel.Error, "data path: {Reason}")]
    private partial void LogFailed(string reason);

    [LoggerMessage(LogLevel.Warning, "{Socket} cannot be served: {Reason}")]
    private partial void LogNotExported(string socket, string reason);
}
