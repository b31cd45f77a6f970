using System.Text.Json;
using System.Text.Json.Nodes;
using Lab.Emulators.Dpu.State;
using Lab.Protocols.Qmp;
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
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan CommandTimeout = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan ExportRemovalTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ExportRemovalPoll = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private readonly QsdOptions options;
    private readonly QsdProcess process;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly Dictionary<string, Bdev> bdevs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, BlkExport> exports = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim gate = new(1, 1);
    private readonly CancellationTokenSource stop = new();
    private QmpConnection? connection;
    private Task supervising = Task.CompletedTask;

    public QsdBackend(QsdOptions options, TimeProvider time, ILogger logger)
    {
        this.options = options;
        this.time = time;
        this.logger = logger;
        process = new QsdProcess(options, time, logger);
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

    public Task<ulong> OpenAsync(Bdev bdev, CancellationToken token) => WithDaemonAsync(async () =>
    {
        // Side by side: both are round trips that the host's new disk waits for.
        var groups = AddGroupsAsync(bdev, token);
        ulong? known;
        try
        {
            known = await ProbeAsync(bdev, token);
        }
        catch
        {
            await groups;
            await RemoveGroupsAsync(QsdNames.TotalGroup(bdev), QsdNames.DirectionGroup(bdev), token);
            throw;
        }
        await groups;
        await OpenNodeAsync(bdev, token);
        var size = known ?? await ReadSizeAsync(QsdNames.TopNode(bdev), token);
        bdevs[bdev.Name] = bdev;
        return size;
    }, token);

    public Task CloseAsync(string bdev, CancellationToken token) => WithDaemonAsync(async () =>
    {
        if (!bdevs.TryGetValue(bdev, out var known))
            return 0;
        await CloseNodeAsync(QsdNames.TopNode(known), token);
        await RemoveGroupsAsync(QsdNames.TotalGroup(known), QsdNames.DirectionGroup(known), token);
        bdevs.Remove(bdev);
        if (known.Kind == BdevKind.Malloc)
            File.Delete(known.Filename!);
        return 0;
    }, token);

    public Task LimitAsync(string bdev, RateLimits limits, CancellationToken token) => WithDaemonAsync(async () =>
    {
        if (!bdevs.TryGetValue(bdev, out var known))
            throw new DpuException(Errno.NoDevice);
        await SetLimitsAsync(known, limits, token);
        bdevs[bdev] = known with { Limits = limits };
        return 0;
    }, token);

    public Task ExportAsync(BlkExport export, CancellationToken token) => WithDaemonAsync(async () =>
    {
        if (!bdevs.TryGetValue(export.Bdev, out var bdev))
            throw new DpuException(Errno.NoDevice);
        await AddExportAsync(export, bdev, token);
        exports[export.Socket] = export;
        return 0;
    }, token);

    public Task UnexportAsync(string socket, CancellationToken token) => WithDaemonAsync(async () =>
    {
        if (!exports.TryGetValue(socket, out var export))
            return 0;
        if (bdevs.TryGetValue(export.Bdev, out var bdev))
            await RemoveExportAsync(QsdNames.Export(export, bdev), token);
        exports.Remove(socket);
        File.Delete(Path.Combine(options.VhostDirectory, socket));
        return 0;
    }, token);

    public Task<IReadOnlyDictionary<string, BdevCounters>> CountAsync(CancellationToken token) => WithDaemonAsync(async () =>
    {
        var statistics = await ExecuteAsync("query-blockstats", new JsonObject { ["query-nodes"] = true }, token);
        var byNode = statistics.EnumerateArray()
            .Where(s => s.TryGetProperty("node-name", out _))
            .ToDictionary(s => s.GetProperty("node-name").GetString()!, s => s);
        IReadOnlyDictionary<string, BdevCounters> counters = bdevs.Values.ToDictionary(
            b => b.Name,
            b => byNode.TryGetValue(QsdNames.ProtocolNode(b), out var s) ? ReadCounters(s) : new BdevCounters());
        return counters;
    }, token);

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await supervising;
        if (connection is not null)
            await connection.DisposeAsync();
        gate.Dispose();
        stop.Dispose();
    }

    /// <summary>Reads and writes are not counted by the daemon; a file node counts what it discarded.</summary>
    private static BdevCounters ReadCounters(JsonElement node) =>
        node.TryGetProperty("driver-specific", out var s)
            && s.TryGetProperty("discard-nb-ok", out var operations) && s.TryGetProperty("discard-bytes-ok", out var bytes)
            ? new BdevCounters { NumUnmapOps = operations.GetUInt64(), BytesUnmapped = bytes.GetUInt64() }
            : new BdevCounters();

    /// <summary>Runs when the daemon died: starts it and adds everything again, until all of it is there.</summary>
    private async Task SuperviseAsync()
    {
        var isComplete = false;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                if (isComplete && connection is { Closed.IsCompleted: false } alive)
                {
                    await alive.Closed.WaitAsync(stop.Token);
                    LogLost();
                }
                await gate.WaitAsync(stop.Token);
                try
                {
                    await ConnectAsync(stop.Token);
                    isComplete = await ReconcileAsync(stop.Token);
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

    private async Task<T> WithDaemonAsync<T>(Func<Task<T>> work, CancellationToken token)
    {
        await gate.WaitAsync(token);
        try
        {
            await ConnectAsync(token);
            return await work();
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

    private async Task ConnectAsync(CancellationToken token)
    {
        if (connection is { Closed.IsCompleted: false })
            return;
        if (connection is { } dead)
        {
            connection = null;
            await dead.DisposeAsync();
        }
        connection = await process.ConnectAsync(token);
        // Whoever calls may be about to add to a daemon that just lost everything.
        await ReconcileAsync(token);
    }

    /// <summary>Removes what should not be there, adds what should.</summary>
    /// <returns>False when something could not be added now.</returns>
    private async Task<bool> ReconcileAsync(CancellationToken token)
    {
        var wantedExports = exports.Values
            .Where(e => bdevs.ContainsKey(e.Bdev))
            .ToDictionary(e => QsdNames.Export(e, bdevs[e.Bdev]), e => e);
        var wantedNodes = bdevs.Values.ToDictionary(QsdNames.TopNode, b => b);

        var presentExports = await ListExportsAsync(token);
        foreach (var id in presentExports.Where(id => !wantedExports.ContainsKey(id)))
            await RemoveExportAsync(id, token);

        var presentNodes = await ListTopNodesAsync(token);
        foreach (var node in presentNodes.Where(n => !wantedNodes.ContainsKey(n)))
            await CloseNodeAsync(node, token);
        var groups = bdevs.Values.SelectMany(b => new[] { QsdNames.TotalGroup(b), QsdNames.DirectionGroup(b) }).ToHashSet();
        foreach (var group in (await ListGroupsAsync(token)).Where(g => !groups.Contains(g)))
            await TryExecuteAsync("object-del", new JsonObject { ["id"] = group }, token);

        foreach (var (_, bdev) in wantedNodes.Where(n => presentNodes.Contains(n.Key)))
            await SetLimitsAsync(bdev, bdev.Limits, token);

        // Side by side: many volumes of a target that is down must cost one time limit, not one each.
        var missing = wantedNodes.Where(n => !presentNodes.Contains(n.Key)).Select(n => n.Value).ToList();
        var reachable = await Task.WhenAll(missing.Select(b => TryProbeAsync(b, token)));
        var isComplete = Array.TrueForAll(reachable, r => r);
        foreach (var bdev in missing.Where((_, i) => reachable[i]))
        {
            try
            {
                await AddGroupsAsync(bdev, token);
                await OpenNodeAsync(bdev, token);
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
                await AddExportAsync(export, bdevs[export.Bdev], token);
            }
            catch (DpuException e)
            {
                LogNotExported(export.Socket, e.Message);
                isComplete = false;
            }
        }
        return isComplete;
    }

    /// <summary>Adds the bdev's node; its groups are there.</summary>
    private async Task OpenNodeAsync(Bdev bdev, CancellationToken token)
    {
        if (bdev.Kind == BdevKind.Malloc)
            AllocateMemory(bdev);
        try
        {
            await ExecuteAsync("blockdev-add", QsdArguments.TopNode(bdev), token);
        }
        catch (DpuException e)
        {
            LogNotOpened(bdev.Name, e.Message);
            await RemoveGroupsAsync(QsdNames.TotalGroup(bdev), QsdNames.DirectionGroup(bdev), token);
            throw new DpuException(Errno.InputOutput, null, e);
        }
    }

    private Task AddGroupsAsync(Bdev bdev, CancellationToken token) => Task.WhenAll(
        AddGroupAsync(QsdNames.TotalGroup(bdev), QsdArguments.TotalLimits(bdev.Limits), token),
        AddGroupAsync(QsdNames.DirectionGroup(bdev), QsdArguments.DirectionLimits(bdev.Limits), token));

    /// <summary>A group that an opening cut short left behind is made anew, for its limits.</summary>
    private async Task AddGroupAsync(string id, JsonObject limits, CancellationToken token)
    {
        JsonObject Group() => new() { ["qom-type"] = "throttle-group", ["id"] = id, ["limits"] = limits.DeepClone() };
        try
        {
            await ExecuteAsync("object-add", Group(), token);
        }
        catch (DpuException) when (!token.IsCancellationRequested)
        {
            await ExecuteAsync("object-del", new JsonObject { ["id"] = id }, token);
            await ExecuteAsync("object-add", Group(), token);
        }
    }

    private async Task<bool> TryProbeAsync(Bdev bdev, CancellationToken token)
    {
        try
        {
            await ProbeAsync(bdev, token);
            return true;
        }
        catch (DpuException)
        {
            return false;
        }
    }

    /// <returns>The volume's size in bytes; null where only opening it tells.</returns>
    private async Task<ulong?> ProbeAsync(Bdev bdev, CancellationToken token)
    {
        if (bdev.Kind != BdevKind.Nbd)
            return null;
        using var limit = new CancellationTokenSource(ProbeTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, token);
        try
        {
            var info = await NbdProbe.AskAsync(NbdUrl.Parse(bdev.Url!), either.Token);
            if (info.ReadOnly && !bdev.ReadOnly)
                throw new DpuException(Errno.ReadOnly);
            return info.SizeBytes;
        }
        catch (Exception e) when (e is IOException || (e is OperationCanceledException && !token.IsCancellationRequested))
        {
            LogNotOpened(bdev.Name, e.Message);
            throw new DpuException(Errno.InputOutput, null, e);
        }
    }

    private static void AllocateMemory(Bdev bdev)
    {
        using var memory = new FileStream(bdev.Filename!, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite);
        memory.SetLength(checked((long)(bdev.NumBlocks * bdev.BlockSize)));
    }

    private async Task<ulong> ReadSizeAsync(string node, CancellationToken token)
    {
        var nodes = await ExecuteAsync("query-named-block-nodes", new JsonObject { ["flat"] = true }, token);
        foreach (var candidate in nodes.EnumerateArray())
            if (candidate.GetProperty("node-name").GetString() == node)
                return candidate.GetProperty("image").GetProperty("virtual-size").GetUInt64();
        throw new DpuException(Errno.NoDevice);
    }

    private async Task SetLimitsAsync(Bdev bdev, RateLimits limits, CancellationToken token)
    {
        await SetGroupAsync(QsdNames.TotalGroup(bdev), QsdArguments.TotalLimits(limits), token);
        await SetGroupAsync(QsdNames.DirectionGroup(bdev), QsdArguments.DirectionLimits(limits), token);
    }

    private Task<JsonElement> SetGroupAsync(string group, JsonObject limits, CancellationToken token) => ExecuteAsync(
        "qom-set",
        new JsonObject { ["path"] = "/objects/" + group, ["property"] = "limits", ["value"] = limits },
        token);

    private async Task AddExportAsync(BlkExport export, Bdev bdev, CancellationToken token)
    {
        Directory.CreateDirectory(options.VhostDirectory);
        await ExecuteAsync("block-export-add", QsdArguments.Export(export, bdev, options.VhostDirectory), token);
    }

    private async Task RemoveExportAsync(string id, CancellationToken token)
    {
        await TryExecuteAsync("block-export-del", new JsonObject { ["id"] = id, ["mode"] = "hard" }, token);
        var start = time.GetTimestamp();
        // The command only asks; requests in flight end first.
        while ((await ListExportsAsync(token)).Contains(id))
        {
            if (time.GetElapsedTime(start) > ExportRemovalTimeout)
                throw new DpuException(Errno.TimedOut);
            await Task.Delay(ExportRemovalPoll, time, token);
        }
    }

    private async Task CloseNodeAsync(string node, CancellationToken token)
    {
        if ((await ListTopNodesAsync(token)).Contains(node))
            await ExecuteAsync("blockdev-del", new JsonObject { ["node-name"] = node }, token);
    }

    private async Task RemoveGroupsAsync(string total, string direction, CancellationToken token)
    {
        var present = await ListGroupsAsync(token);
        foreach (var group in new[] { total, direction }.Where(present.Contains))
            await ExecuteAsync("object-del", new JsonObject { ["id"] = group }, token);
    }

    private async Task<HashSet<string>> ListExportsAsync(CancellationToken token) =>
        Names(await ExecuteAsync("query-block-exports", null, token), "id", QsdNames.IsExport);

    private async Task<HashSet<string>> ListTopNodesAsync(CancellationToken token) =>
        Names(await ExecuteAsync("query-named-block-nodes", new JsonObject { ["flat"] = true }, token), "node-name", QsdNames.IsTopNode);

    private async Task<HashSet<string>> ListGroupsAsync(CancellationToken token)
    {
        try
        {
            return Names(await ExecuteAsync("qom-list", new JsonObject { ["path"] = "/objects" }, token), "name", QsdNames.IsOurs);
        }
        catch (DpuException e) when (e.InnerException is QmpException { ErrorClass: "DeviceNotFound" })
        {
            // The container appears with its first object.
            return [];
        }
    }

    private static HashSet<string> Names(JsonElement list, string member, Func<string, bool> filter) =>
        list.EnumerateArray().Select(e => e.GetProperty(member).GetString()!).Where(filter).ToHashSet(StringComparer.Ordinal);

    private async Task TryExecuteAsync(string command, JsonObject arguments, CancellationToken token)
    {
        try
        {
            await ExecuteAsync(command, arguments, token);
        }
        catch (DpuException e)
        {
            LogRefused(command, e.Message);
        }
    }

    /// <exception cref="DpuException">The daemon refused.</exception>
    /// <exception cref="IOException">The daemon is gone.</exception>
    /// <exception cref="TimeoutException">The daemon does not answer.</exception>
    private async Task<JsonElement> ExecuteAsync(string command, JsonObject? arguments, CancellationToken token)
    {
        using var limit = new CancellationTokenSource(CommandTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, token);
        try
        {
            return await connection!.ExecuteAsync(command, arguments, either.Token);
        }
        catch (QmpException e)
        {
            throw new DpuException(e.Message.Contains("in use", StringComparison.Ordinal) ? Errno.Busy : Errno.InputOutput, e.Message, e);
        }
        catch (OperationCanceledException e) when (!token.IsCancellationRequested)
        {
            throw new TimeoutException($"qemu-storage-daemon did not answer {command} within {CommandTimeout.TotalSeconds} s", e);
        }
    }

    [LoggerMessage(LogLevel.Warning, "qemu-storage-daemon is gone; starting it again")]
    private partial void LogLost();

    [LoggerMessage(LogLevel.Warning, "data path: {Reason}; trying again")]
    private partial void LogRetry(string reason);

    [LoggerMessage(LogLevel.Error, "data path: {Reason}")]
    private partial void LogFailed(string reason);

    [LoggerMessage(LogLevel.Warning, "{Command}: {Reason}")]
    private partial void LogRefused(string command, string reason);

    [LoggerMessage(LogLevel.Warning, "bdev {Name} cannot be opened: {Reason}")]
    private partial void LogNotOpened(string name, string reason);

    [LoggerMessage(LogLevel.Warning, "{Socket} cannot be served: {Reason}")]
    private partial void LogNotExported(string socket, string reason);
}
