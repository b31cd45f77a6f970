using Lab.Contracts.Link;
using Lab.Contracts.Telemetry;
using Lab.Manager.BareMetal;
using Lab.Manager.BlockStorage;
using Lab.Manager.Compute;
using Lab.Manager.Database;
using Lab.Manager.Networking;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query;
using VolumeStatus = Lab.Manager.BlockStorage.VolumeStatus;

namespace Lab.Manager.Conductor;

/// <summary>What several workflows do to a server, its node, disks and NICs. Each operation is idempotent.</summary>
internal sealed partial class ServerOperations(
    IDbContextFactory<ManagerDbContext> contexts,
    IServiceScopeFactory scopes,
    IStorageTarget storage,
    HostSecrets secrets,
    INodeSpecs specs,
    NodeConvergence convergence,
    NodeStates states,
    WorkflowQueue workflows,
    ConductorOptions options,
    TimeProvider time,
    ILogger<ServerOperations> logger)
{
    public ConductorOptions Options => options;

    /// <exception cref="WorkflowException">The server was deleted.</exception>
    public async Task<Server> ReadAsync(Guid serverId, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        return await context.Set<Server>().AsNoTracking().SingleOrDefaultAsync(s => s.Id == serverId, token)
            ?? throw new WorkflowException($"server {serverId} is gone");
    }

    public async Task UpdateAsync(Guid serverId, Action<Server> change, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        if (await context.Set<Server>().SingleOrDefaultAsync(s => s.Id == serverId, token) is not { } server)
            return;
        change(server);
        server.UpdatedAt = time.GetUtcNow();
        await context.SaveChangesAsync(token);
    }

    public Task FaultAsync(Guid serverId, string kind, WorkflowFailure failure, CancellationToken token) => UpdateAsync(
        serverId,
        server =>
        {
            server.Status = ServerStatus.Error;
            server.TaskState = null;
            server.Fault = $"{kind} failed at step '{failure.Step}': {failure.Cause}";
            server.FaultAt = time.GetUtcNow();
        },
        token);

    public async Task<Node?> FindNodeAsync(Guid serverId, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        return await context.Set<Node>().AsNoTracking().SingleOrDefaultAsync(n => n.ServerId == serverId, token);
    }

    /// <exception cref="WorkflowException">The server has no node.</exception>
    public async Task<Node> NodeAsync(Guid serverId, CancellationToken token) =>
        await FindNodeAsync(serverId, token) ?? throw new WorkflowException($"server {serverId} has no node");

    public async Task<IReadOnlyList<Attachment>> AttachmentsAsync(Guid serverId, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        return await context.Set<Attachment>().AsNoTracking().Where(a => a.ServerId == serverId).OrderBy(a => a.Slot).ToListAsync(token);
    }

    public async Task<T> WithPortsAsync<T>(Func<IPortService, Task<T>> use)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await use(scope.ServiceProvider.GetRequiredService<IPortService>());
    }

    public Task WithPortsAsync(Func<IPortService, Task> use) => WithPortsAsync(async ports =>
    {
        await use(ports);
        return true;
    });

    /// <summary>Exports a volume of the server to its node; the node's next spec shows it.</summary>
    public async Task ConnectAsync(Guid volumeId, Node node, string? traceParent, CancellationToken token)
    {
        using var phase = OperationActivities.Start(OperationActivities.Connect, traceParent);
        var client = new StorageClient(node.StorageAddress, secrets.HostOf(volumeId, node.HostNqn));
        var url = await storage.CreateExportAsync(Volume.ExportName(volumeId), volumeId, client, readOnly: false, token);
        await SetAttachmentAsync(volumeId, a => a.SetProperty(x => x.Url, url).SetProperty(x => x.Presented, true), token);
    }

    public async Task DisconnectAsync(Guid volumeId, CancellationToken token)
    {
        await storage.DeleteExportAsync(Volume.ExportName(volumeId), token);
        await SetAttachmentAsync(volumeId, a => a.SetProperty(x => x.Url, (string?)null).SetProperty(x => x.Presented, false), token);
    }

    public Task PresentAsync(Guid volumeId, bool present, CancellationToken token) =>
        SetAttachmentAsync(volumeId, a => a.SetProperty(x => x.Presented, present), token);

    public async Task SetVolumeAsync(Guid volumeId, VolumeStatus status, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        var now = time.GetUtcNow();
        await context.Set<Volume>().Where(v => v.Id == volumeId)
            .ExecuteUpdateAsync(v => v.SetProperty(x => x.Status, status).SetProperty(x => x.UpdatedAt, now), token);
    }

    /// <summary>Binds or unbinds ports; every node of their networks hears of it.</summary>
    public Task BindPortsAsync(Guid serverId, IReadOnlyCollection<Guid>? only, Node node, bool bind, string? traceParent, CancellationToken token) =>
        WithPortsAsync(async ports =>
        {
            var mine = (await ports.ListForServersAsync([serverId], token)).Where(p => only is null || only.Contains(p.Id)).ToList();
            foreach (var port in mine)
                await (bind ? ports.BindAsync(port.Id, node.Id, token) : ports.UnbindAsync(port.Id, token));
            var nodes = await ports.NodesOnNetworksAsync(mine.Select(p => p.NetworkId).ToHashSet(), token);
            await specs.RefreshAsync([.. nodes, node.Id], traceParent, token);
        });

    public Task RefreshAsync(Guid nodeId, string? traceParent, CancellationToken token) => specs.RefreshAsync([nodeId], traceParent, token);

    /// <summary>Brings the node's spec up to date and waits until the node has it.</summary>
    /// <param name="timeout">Null waits as long as it takes.</param>
    public async Task<NodeStatus> ConvergeAsync(Guid nodeId, string? traceParent, TimeSpan? timeout, CancellationToken token)
    {
        var generation = (await specs.RefreshAsync([nodeId], traceParent, token)).GetValueOrDefault(nodeId);
        return await convergence.WaitAsync(nodeId, generation, timeout, token);
    }

    /// <summary>For compensations: what the agent cannot take back now it takes back when the node is cleaned.</summary>
    public async Task TryConvergeAsync(Guid nodeId, string? traceParent, CancellationToken token)
    {
        try
        {
            await ConvergeAsync(nodeId, traceParent, options.ChangeTimeout, token);
        }
        catch (WorkflowException e)
        {
            LogNotConverged(nodeId, e.Message);
        }
    }

    /// <summary>Takes everything of the server out of its node's spec.</summary>
    public async Task WithdrawAsync(Guid serverId, Node node, string? traceParent, CancellationToken token)
    {
        await UpdateAsync(serverId, s => (s.Presented, s.Power) = (false, PowerState.Off), token);
        await BindPortsAsync(serverId, null, node, bind: false, traceParent, token);
    }

    /// <summary>Ends the attachments: what is to be deleted with the server is deleted, the rest is available again.</summary>
    public async Task DropVolumesAsync(Guid serverId, CancellationToken token)
    {
        foreach (var attachment in await AttachmentsAsync(serverId, token))
        {
            await using var context = await contexts.CreateDbContextAsync(token);
            var volume = await context.Set<Volume>().SingleOrDefaultAsync(v => v.Id == attachment.VolumeId, token);
            var hasSnapshots = await context.Set<Snapshot>().AnyAsync(s => s.VolumeId == attachment.VolumeId, token);
            if (volume is not null && (attachment.DeleteOnTermination || volume.Status == VolumeStatus.Creating) && !hasSnapshots)
            {
                await storage.DeleteVolumeAsync(volume.Id, token);
                context.Remove(volume);
            }
            else if (volume is not null)
            {
                volume.Status = VolumeStatus.Available;
                volume.UpdatedAt = time.GetUtcNow();
            }
            context.Remove(attachment);
            await context.SaveChangesAsync(token);
        }
    }

    public Task ReleasePortsAsync(Guid serverId, CancellationToken token) => WithPortsAsync(async ports =>
    {
        foreach (var port in await ports.ListForServersAsync([serverId], token))
            await ports.ReleaseAsync(port.Id, serverId, token);
    });

    /// <summary>The server's node goes to cleaning, and from there to the next tenant.</summary>
    public async Task ReleaseNodeAsync(Guid serverId, string? error, string? traceParent, CancellationToken token)
    {
        if (await FindNodeAsync(serverId, token) is not { } node)
            return;
        if (error is not null)
            await states.RaiseAsync(node.Id, ProvisionEvent.Fail, token, error);
        await states.RaiseAsync(node.Id, ProvisionEvent.Delete, token, error);
        await states.RaiseAsync(node.Id, ProvisionEvent.Clean, token, error);
        await using var context = await contexts.CreateDbContextAsync(token);
        await using var transaction = await context.Database.BeginTransactionAsync(token);
        await context.Set<Node>().Where(n => n.Id == node.Id).ExecuteUpdateAsync(n => n.SetProperty(x => x.ServerId, (Guid?)null), token);
        workflows.Add(context, WorkflowKinds.CleanNode, node.Id, traceParent);
        await context.SaveChangesAsync(token);
        await transaction.CommitAsync(token);
        workflows.Wake(node.Id);
    }

    public async Task SetPortsActiveAsync(Guid serverId, CancellationToken token) => await WithPortsAsync(async ports =>
    {
        foreach (var port in await ports.ListForServersAsync([serverId], token))
            if (port.NodeId is not null)
                await ports.SetActiveAsync(port.Id, active: true, token);
    });

    private async Task SetAttachmentAsync(Guid volumeId, Action<UpdateSettersBuilder<Attachment>> change, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        await context.Set<Attachment>().Where(a => a.VolumeId == volumeId).ExecuteUpdateAsync(change, token);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Node {NodeId} did not take its spec back: {Cause}")]
    private partial void LogNotConverged(Guid nodeId, string cause);
}
