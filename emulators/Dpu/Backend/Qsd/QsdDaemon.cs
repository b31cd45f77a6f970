using System.Text.Json;
using System.Text.Json.Nodes;
using Lab.Emulators.Dpu.State;
using Lab.Protocols.Qmp;
using Microsoft.Extensions.Logging;

namespace Lab.Emulators.Dpu.Backend.Qsd;

/// <summary>One life of qemu-storage-daemon as its QMP socket shows it: what can be listed there, added, changed and removed.</summary>
internal sealed partial class QsdDaemon(QmpConnection connection, string vhostDirectory, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private static readonly TimeSpan CommandTimeout = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan ExportRemovalTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ExportRemovalPoll = TimeSpan.FromMilliseconds(10);

    /// <summary>Completes when the daemon is gone.</summary>
    public Task Closed => connection.Closed;

    public async Task<HashSet<string>> ListExportsAsync(CancellationToken token) =>
        Names(await ExecuteAsync("query-block-exports", null, token), "id", QsdNames.IsExport);

    public async Task<HashSet<string>> ListTopNodesAsync(CancellationToken token) =>
        Names(await ExecuteAsync("query-named-block-nodes", new JsonObject { ["flat"] = true }, token), "node-name", QsdNames.IsTopNode);

    public async Task<HashSet<string>> ListGroupsAsync(CancellationToken token)
    {
        try
        {
            return Names(await ExecuteAsync("qom-list", new JsonObject { ["path"] = "/objects" }, token), "name", QsdNames.IsGroup);
        }
        catch (DpuException e) when (e.InnerException is QmpException { ErrorClass: "DeviceNotFound" })
        {
            // The container appears with its first object.
            return [];
        }
    }

    public Task AddUnlimitedGroupAsync(CancellationToken token) => AddGroupAsync(QsdNames.UnlimitedGroup, [], token);

    /// <summary>Brings the bdev's node into the groups that its limits ask for; waits for its requests in flight.</summary>
    public async Task RegroupAsync(Bdev bdev, CancellationToken token)
    {
        if (!bdev.Limits.AreNone)
            await SetLimitsAsync(bdev, token);
        await ExecuteAsync("blockdev-reopen", QsdArguments.Regroup(bdev), token);
        if (bdev.Limits.AreNone)
            await RemoveGroupsAsync(bdev, token);
    }

    /// <summary>Gives the bdev's own groups its limits.</summary>
    public async Task SetLimitsAsync(Bdev bdev, CancellationToken token)
    {
        var present = await ListGroupsAsync(token);
        await SetOrAddAsync(QsdNames.TotalGroup(bdev), QsdArguments.TotalLimits(bdev.Limits));
        await SetOrAddAsync(QsdNames.DirectionGroup(bdev), QsdArguments.DirectionLimits(bdev.Limits));

        Task SetOrAddAsync(string group, JsonObject limits) =>
            present.Contains(group) ? SetGroupAsync(group, limits, token) : AddGroupAsync(group, limits, token);
    }

    public async Task RemoveGroupsAsync(Bdev bdev, CancellationToken token)
    {
        var present = await ListGroupsAsync(token);
        foreach (var group in QsdNames.OwnGroups(bdev).Where(present.Contains))
            await ExecuteAsync("object-del", new JsonObject { ["id"] = group }, token);
    }

    /// <summary>A group that is still used stays.</summary>
    public Task TryRemoveGroupAsync(string group, CancellationToken token) =>
        TryExecuteAsync("object-del", new JsonObject { ["id"] = group }, token);

    /// <summary>Adds the bdev's node, and its groups if it has limits.</summary>
    public async Task OpenNodeAsync(Bdev bdev, CancellationToken token)
    {
        if (bdev.Kind == BdevKind.Malloc)
            AllocateMemory(bdev);
        if (!bdev.Limits.AreNone)
            await SetLimitsAsync(bdev, token);
        try
        {
            await ExecuteAsync("blockdev-add", QsdArguments.TopNode(bdev), token);
        }
        catch (DpuException e)
        {
            LogNotOpened(bdev.Name, e.Message);
            await RemoveGroupsAsync(bdev, token);
            throw new DpuException(Errno.InputOutput, null, e);
        }
    }

    public async Task<ulong> ReadSizeAsync(string node, CancellationToken token)
    {
        var nodes = await ExecuteAsync("query-named-block-nodes", new JsonObject { ["flat"] = true }, token);
        foreach (var candidate in nodes.EnumerateArray())
            if (candidate.GetProperty("node-name").GetString() == node)
                return candidate.GetProperty("image").GetProperty("virtual-size").GetUInt64();
        throw new DpuException(Errno.NoDevice);
    }

    public async Task CloseNodeAsync(string node, CancellationToken token)
    {
        if ((await ListTopNodesAsync(token)).Contains(node))
            await ExecuteAsync("blockdev-del", new JsonObject { ["node-name"] = node }, token);
    }

    public async Task AddExportAsync(BlkExport export, Bdev bdev, CancellationToken token)
    {
        Directory.CreateDirectory(vhostDirectory);
        await ExecuteAsync("block-export-add", QsdArguments.Export(export, bdev, vhostDirectory), token);
    }

    public async Task RemoveExportAsync(string id, CancellationToken token)
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

    public async Task<IReadOnlyDictionary<string, BdevCounters>> CountAsync(IEnumerable<Bdev> bdevs, CancellationToken token)
    {
        var statistics = await ExecuteAsync("query-blockstats", new JsonObject { ["query-nodes"] = true }, token);
        var byNode = statistics.EnumerateArray()
            .Where(s => s.TryGetProperty("node-name", out _))
            .ToDictionary(s => s.GetProperty("node-name").GetString()!, s => s);
        return bdevs.ToDictionary(
            b => b.Name,
            b => byNode.TryGetValue(QsdNames.ProtocolNode(b), out var s) ? ReadCounters(s) : new BdevCounters());
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();

    private Task<JsonElement> AddGroupAsync(string id, JsonObject limits, CancellationToken token) => ExecuteAsync(
        "object-add",
        new JsonObject { ["qom-type"] = "throttle-group", ["id"] = id, ["limits"] = limits },
        token);

    private Task<JsonElement> SetGroupAsync(string group, JsonObject limits, CancellationToken token) => ExecuteAsync(
        "qom-set",
        new JsonObject { ["path"] = "/objects/" + group, ["property"] = "limits", ["value"] = limits },
        token);

    private static void AllocateMemory(Bdev bdev)
    {
        using var memory = new FileStream(bdev.Filename!, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite);
        memory.SetLength(checked((long)(bdev.NumBlocks * bdev.BlockSize)));
    }

    /// <summary>Reads and writes are not counted by the daemon; a file node counts what it discarded.</summary>
    private static BdevCounters ReadCounters(JsonElement node) =>
        node.TryGetProperty("driver-specific", out var s)
            && s.TryGetProperty("discard-nb-ok", out var operations) && s.TryGetProperty("discard-bytes-ok", out var bytes)
            ? new BdevCounters { NumUnmapOps = operations.GetUInt64(), BytesUnmapped = bytes.GetUInt64() }
            : new BdevCounters();

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
            return await connection.ExecuteAsync(command, arguments, either.Token);
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

    [LoggerMessage(LogLevel.Warning, "{Command}: {Reason}")]
    private partial void LogRefused(string command, string reason);

    [LoggerMessage(LogLevel.Warning, "bdev {Name} cannot be opened: {Reason}")]
    private partial void LogNotOpened(string name, string reason);
}
