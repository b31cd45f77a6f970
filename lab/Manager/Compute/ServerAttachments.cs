using Lab.Manager.BlockStorage;
using Lab.Manager.Conductor;
using Lab.Manager.Database;
using Lab.Manager.Http;
using Lab.Manager.Networking;
using Microsoft.EntityFrameworkCore;

namespace Lab.Manager.Compute;

/// <summary>Disks and NICs of deployed servers: the request's side of hot-plug.</summary>
internal sealed class ServerAttachments(
    IDbContextFactory<ManagerDbContext> contexts, ServerService servers, IPortService ports, WorkflowQueue workflows, TimeProvider time)
{
    /// <summary>Disks of one server.</summary>
    private const int DisksMax = 16;

    public async Task<IReadOnlyList<Attachment>> ListVolumesAsync(string serverId, RequestContext asker, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        var server = await ServerService.FindAsync(context, serverId, asker, token);
        return await context.Set<Attachment>().AsNoTracking().Where(a => a.ServerId == server.Id).OrderBy(a => a.Slot).ToListAsync(token);
    }

    public async Task<Attachment> GetVolumeAsync(string serverId, string volumeId, RequestContext asker, CancellationToken token)
    {
        var attachments = await ListVolumesAsync(serverId, asker, token);
        return attachments.FirstOrDefault(a => Guid.TryParse(volumeId, out var id) && a.VolumeId == id)
            ?? throw ApiException.NotFound("Volume attachment", volumeId);
    }

    public async Task<Attachment> AttachVolumeAsync(
        string serverId, string volumeId, bool deleteOnTermination, RequestContext asker, string? traceParent, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        var server = await DeployedAsync(context, serverId, "attach_volume", asker, token);
        var volume = await VolumeService.FindAsync(context, volumeId, asker, token);
        // An administrator must not mix two tenants' things by mistake.
        if (volume.ProjectId != server.ProjectId)
            throw ApiException.NotFound("Volume", volumeId);
        await using var transaction = await context.Database.BeginTransactionAsync(token);
        var reserved = await context.Set<Volume>().Where(v => v.Id == volume.Id && v.Status == VolumeStatus.Available)
            .ExecuteUpdateAsync(v => v.SetProperty(x => x.Status, VolumeStatus.Attaching), token);
        if (reserved == 0)
            throw ApiException.Conflict($"Invalid volume: volume '{volume.Id}' status must be 'available'. Currently in '{VolumeJson.Name(volume.Status)}'");
        var slots = await context.Set<Attachment>().Where(a => a.ServerId == server.Id).Select(a => a.Slot).ToListAsync(token);
        if (slots.Count >= DisksMax)
            throw ApiException.Forbidden($"A server has at most {DisksMax} volumes.");
        var attachment = new Attachment
        {
            VolumeId = volume.Id,
            ServerId = server.Id,
            BootIndex = -1,
            Slot = Enumerable.Range(0, DisksMax + 1).Except(slots).First(),
            DeleteOnTermination = deleteOnTermination,
            CreatedAt = time.GetUtcNow(),
        };
        context.Add(attachment);
        workflows.Add(context, WorkflowKinds.AttachVolume, server.Id, traceParent, volume.Id);
        await context.SaveChangesAsync(token);
        await transaction.CommitAsync(token);
        workflows.Wake(server.Id);
        return attachment;
    }

    public async Task DetachVolumeAsync(string serverId, string volumeId, RequestContext asker, string? traceParent, CancellationToken token)
    {
        var attachment = await GetVolumeAsync(serverId, volumeId, asker, token);
        if (attachment.BootIndex == 0)
            throw ApiException.Forbidden("Can't detach root device volume");
        await using var context = await contexts.CreateDbContextAsync(token);
        var server = await DeployedAsync(context, serverId, "detach_volume", asker, token);
        await using var transaction = await context.Database.BeginTransactionAsync(token);
        var begun = await context.Set<Volume>().Where(v => v.Id == attachment.VolumeId && v.Status == VolumeStatus.InUse)
            .ExecuteUpdateAsync(v => v.SetProperty(x => x.Status, VolumeStatus.Detaching), token);
        if (begun == 0)
            throw ApiException.Conflict($"Invalid volume: volume '{attachment.VolumeId}' status must be 'in-use'.");
        workflows.Add(context, WorkflowKinds.DetachVolume, server.Id, traceParent, attachment.VolumeId);
        await context.SaveChangesAsync(token);
        await transaction.CommitAsync(token);
        workflows.Wake(server.Id);
    }

    public async Task<IReadOnlyList<PortInfo>> ListPortsAsync(string serverId, RequestContext asker, CancellationToken token)
    {
        var server = await servers.GetAsync(serverId, asker, token);
        return await ports.ListForServersAsync([server.Id], token);
    }

    public async Task<PortInfo> GetPortAsync(string serverId, string portId, RequestContext asker, CancellationToken token)
    {
        var found = await ListPortsAsync(serverId, asker, token);
        return found.FirstOrDefault(p => Guid.TryParse(portId, out var id) && p.Id == id) ?? throw ApiException.NotFound("Port", portId);
    }

    public async Task<PortInfo> AttachPortAsync(string serverId, NicRequest nic, RequestContext asker, string? traceParent, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        var server = await DeployedAsync(context, serverId, "attach_interface", asker, token);
        if ((await ports.ListForServersAsync([server.Id], token)).Any(p => p.Id == nic.PortId))
            throw ApiException.Conflict($"Port {nic.PortId} is still in use.");
        var port = await servers.AddPortAsync(server.Id, nic, asker, token);
        workflows.Add(context, WorkflowKinds.AttachInterface, server.Id, traceParent, port.Id);
        try
        {
            await context.SaveChangesAsync(token);
        }
        catch
        {
            await ports.ReleaseAsync(port.Id, server.Id, CancellationToken.None);
            throw;
        }
        workflows.Wake(server.Id);
        return port;
    }

    public async Task DetachPortAsync(string serverId, string portId, RequestContext asker, string? traceParent, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        var port = await GetPortAsync(serverId, portId, asker, token);
        var server = await DeployedAsync(context, serverId, "detach_interface", asker, token);
        // Of two detachments of one port the second finds nothing to do; it need not be refused.
        workflows.Add(context, WorkflowKinds.DetachInterface, server.Id, traceParent, port.Id);
        await context.SaveChangesAsync(token);
        workflows.Wake(server.Id);
    }

    private static async Task<Server> DeployedAsync(ManagerDbContext context, string id, string what, RequestContext asker, CancellationToken token)
    {
        var server = await ServerService.FindAsync(context, id, asker, token);
        return server is { Status: ServerStatus.Active or ServerStatus.Shutoff, TaskState: null } ? server : throw ServerService.WrongState(server, what);
    }
}
