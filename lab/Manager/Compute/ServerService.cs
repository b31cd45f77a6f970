using System.Text.Json;
using System.Text.RegularExpressions;
using Lab.Manager.BareMetal;
using Lab.Manager.BlockStorage;
using Lab.Manager.Conductor;
using Lab.Manager.Database;
using Lab.Manager.Http;
using Lab.Manager.Networking;
using Microsoft.EntityFrameworkCore;
using PowerState = Lab.Contracts.Link.PowerState;

namespace Lab.Manager.Compute;

/// <summary>Servers as tenants see them; what it takes to have them is done by workflows.</summary>
internal sealed class ServerService(
    IDbContextFactory<ManagerDbContext> contexts, FlavorService flavors, VolumeService volumes, IPortService ports, WorkflowQueue workflows, TimeProvider time)
{
    private static readonly TimeSpan PatternTimeout = TimeSpan.FromSeconds(1);

    public async Task<IReadOnlyList<Server>> ListAsync(ServerFilter filter, RequestContext asker, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        var servers = context.Set<Server>().AsNoTracking();
        if (!(asker.IsAdmin && filter.AllProjects))
            servers = servers.Where(s => s.ProjectId == asker.ProjectId);
        var found = await servers.OrderByDescending(s => s.CreatedAt).ThenBy(s => s.Id).ToListAsync(token);
        var pattern = Pattern(filter.Name);
        return found.Where(s => (pattern is null || pattern.IsMatch(s.Name)) && (filter.Status is null || ServerJson.Name(s.Status) == filter.Status)).ToList();
    }

    public async Task<Server> GetAsync(string id, RequestContext asker, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        return await FindAsync(context, id, asker, token);
    }

    /// <summary>What else the API shows of servers: their nodes, disks and ports.</summary>
    public async Task<ServerDetails> DetailsAsync(IReadOnlyCollection<Server> servers, CancellationToken token)
    {
        var ids = servers.Select(s => s.Id).ToList();
        await using var context = await contexts.CreateDbContextAsync(token);
        var nodes = await context.Set<Node>().AsNoTracking().Where(n => n.ServerId != null && ids.Contains(n.ServerId.Value)).ToListAsync(token);
        var disks = await context.Set<Attachment>().AsNoTracking().Where(a => ids.Contains(a.ServerId)).OrderBy(a => a.Slot).ToListAsync(token);
        return new ServerDetails(
            nodes.ToDictionary(n => n.ServerId!.Value),
            disks.ToLookup(a => a.ServerId),
            (await ports.ListForServersAsync(ids, token)).ToLookup(p => p.ServerId));
    }

    /// <summary>
    /// Row and disks first, then the ports, then the deployment. A manager killed in between finds a server without a deployment
    /// and takes it away (<see cref="DropUnfinishedAsync"/>); the tenant never had an answer.
    /// </summary>
    public async Task<Server> CreateAsync(ServerRequest request, RequestContext asker, string? traceParent, CancellationToken token)
    {
        var flavor = await flavors.FindAsync(request.FlavorId, token)
            ?? throw ApiException.BadRequest($"Flavor {request.FlavorId} could not be found.");
        var server = await StoreAsync(request, flavor, asker, token);
        try
        {
            foreach (var nic in request.Nics)
                await AddPortAsync(server.Id, nic, asker, token);
        }
        catch
        {
            await ForgetAsync(server.Id, CancellationToken.None);
            throw;
        }
        await using var context = await contexts.CreateDbContextAsync(token);
        context.Attach(server);
        server.TaskState = TaskStates.Scheduling;
        workflows.Add(context, WorkflowKinds.Deploy, server.Id, traceParent);
        await context.SaveChangesAsync(token);
        workflows.Wake(server.Id);
        return server;
    }

    public async Task<PortInfo> AddPortAsync(Guid serverId, NicRequest nic, RequestContext asker, CancellationToken token) =>
        nic.PortId is { } portId
            ? await ports.TakeForServerAsync(portId, serverId, asker, token)
            : await ports.CreateForServerAsync(Guid.NewGuid(), nic.NetworkId!.Value, nic.FixedAddress, serverId, asker, token);

    public async Task<Server> RenameAsync(string id, JsonBody body, RequestContext asker, CancellationToken token)
    {
        var name = body.OptionalString("name");
        await using var context = await contexts.CreateDbContextAsync(token);
        var server = await FindAsync(context, id, asker, token);
        server.Name = name ?? server.Name;
        server.UpdatedAt = time.GetUtcNow();
        await context.SaveChangesAsync(token);
        return server;
    }

    public async Task DeleteAsync(string id, RequestContext asker, string? traceParent, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        var server = await FindAsync(context, id, asker, token);
        await using var transaction = await context.Database.BeginTransactionAsync(token);
        // Deleting what is being deleted is no error, and no second work.
        var begun = await context.Set<Server>()
            .Where(s => s.Id == server.Id && (s.TaskState == null || (s.TaskState != TaskStates.Deleting && s.TaskState != TaskStates.Networking)))
            .ExecuteUpdateAsync(s => s.SetProperty(x => x.TaskState, TaskStates.Deleting), token);
        if (begun == 0)
            return;
        workflows.Add(context, WorkflowKinds.Undeploy, server.Id, traceParent);
        await context.SaveChangesAsync(token);
        await transaction.CommitAsync(token);
        workflows.Wake(server.Id);
    }

    /// <summary>Begins a start, stop or reboot where the state allows it: of two askers one gets it.</summary>
    public async Task ChangeAsync(
        string id, RequestContext asker, string kind, ServerStatus from, string taskState, string? traceParent, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        var server = await FindAsync(context, id, asker, token);
        await using var transaction = await context.Database.BeginTransactionAsync(token);
        var begun = await context.Set<Server>().Where(s => s.Id == server.Id && s.Status == from && s.TaskState == null)
            .ExecuteUpdateAsync(s => s.SetProperty(x => x.TaskState, taskState), token);
        if (begun == 0)
            throw WrongState(server, kind);
        workflows.Add(context, kind, server.Id, traceParent);
        await context.SaveChangesAsync(token);
        await transaction.CommitAsync(token);
        workflows.Wake(server.Id);
    }

    /// <summary>At start: servers whose making was cut before their deployment was queued.</summary>
    public async Task DropUnfinishedAsync(CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        var cut = await context.Set<Server>().Where(s => s.TaskState == TaskStates.Networking).Select(s => s.Id).ToListAsync(token);
        foreach (var serverId in cut)
            await ForgetAsync(serverId, token);
    }

    public static async Task<Server> FindAsync(ManagerDbContext context, string id, RequestContext asker, CancellationToken token) =>
        Guid.TryParse(id, out var serverId)
        && await context.Set<Server>().SingleOrDefaultAsync(s => s.Id == serverId, token) is { } server
        && asker.MaySee(server.ProjectId)
            ? server
            : throw ApiException.NotFound("Instance", id);

    public static ApiException WrongState(Server server, string what) => ApiException.Conflict(
        server.TaskState is { } task
            ? $"Cannot '{what}' instance {server.Id} while it is in task_state {task}"
            : $"Cannot '{what}' instance {server.Id} while it is in vm_state {ServerJson.VmState(server.Status)}");

    private async Task<Server> StoreAsync(ServerRequest request, Flavor flavor, RequestContext asker, CancellationToken token)
    {
        var now = time.GetUtcNow();
        var server = new Server
        {
            Id = Guid.NewGuid(),
            ProjectId = asker.ProjectId,
            UserId = asker.UserId,
            Name = request.Name,
            FlavorId = flavor.Id,
            Vcpus = flavor.Vcpus,
            RamMib = flavor.RamMib,
            ImageId = request.ImageId,
            Status = ServerStatus.Build,
            TaskState = TaskStates.Networking,
            RequestedHost = request.Host,
            Power = PowerState.Off,
            MetadataJson = JsonSerializer.Serialize(request.Metadata),
            UserData = request.UserData,
            CreatedAt = now,
            UpdatedAt = now,
        };
        await using var context = await contexts.CreateDbContextAsync(token);
        await using var transaction = await context.Database.BeginTransactionAsync(token);
        for (var slot = 0; slot < request.Disks.Count; slot++)
        {
            var disk = request.Disks[slot];
            var volumeId = await PrepareVolumeAsync(context, disk, flavor, server, asker, token);
            context.Add(new Attachment
            {
                VolumeId = volumeId,
                ServerId = server.Id,
                BootIndex = disk.BootIndex,
                Slot = slot,
                DeleteOnTermination = disk.DeleteOnTermination,
                CreatedAt = now,
            });
        }
        context.Add(server);
        await context.SaveChangesAsync(token);
        await transaction.CommitAsync(token);
        return server;
    }

    private async Task<Guid> PrepareVolumeAsync(
        ManagerDbContext context, BlockDevice disk, Flavor flavor, Server server, RequestContext asker, CancellationToken token)
    {
        if (disk.Source == BlockDeviceSource.Volume)
            return await ReserveVolumeAsync(context, disk, asker, token);
        var fromFlavor = disk.BootIndex == 0 && flavor.DiskGib > 0 ? flavor.DiskGib : (int?)null;
        var volume = disk.Source switch
        {
            BlockDeviceSource.Image => await volumes.FromImageAsync(disk.SourceId!.Value, disk.SizeGib ?? fromFlavor, asker, token),
            BlockDeviceSource.Snapshot => await volumes.FromSnapshotAsync(context, disk.SourceId!.Value, disk.SizeGib, asker, token),
            _ => volumes.Make(asker, disk.SizeGib!.Value),
        };
        volume.Name = disk.BootIndex == 0 ? server.Name : "";
        context.Add(volume);
        return volume.Id;
    }

    private static async Task<Guid> ReserveVolumeAsync(ManagerDbContext context, BlockDevice disk, RequestContext asker, CancellationToken token)
    {
        var id = disk.SourceId!.Value;
        var volume = await context.Set<Volume>().AsNoTracking().SingleOrDefaultAsync(v => v.Id == id, token);
        if (volume is null || volume.ProjectId != asker.ProjectId)
            throw ApiException.BadRequest($"Block Device Mapping is Invalid: failed to get volume {id}.");
        if (disk.BootIndex == 0 && !volume.Bootable)
            throw ApiException.BadRequest($"Block Device {id} is not bootable.");
        var reserved = await context.Set<Volume>().Where(v => v.Id == id && v.Status == VolumeStatus.Available)
            .ExecuteUpdateAsync(v => v.SetProperty(x => x.Status, VolumeStatus.Attaching), token);
        return reserved == 1 ? id : throw ApiException.Conflict($"Invalid volume: volume '{id}' status must be 'available'. Currently in '{VolumeJson.Name(volume.Status)}'");
    }

    /// <summary>Takes back what <see cref="StoreAsync"/> and the ports left. Nothing is on the storage target or a node yet.</summary>
    private async Task ForgetAsync(Guid serverId, CancellationToken token)
    {
        foreach (var port in await ports.ListForServersAsync([serverId], token))
            await ports.ReleaseAsync(port.Id, serverId, token);
        await using var context = await contexts.CreateDbContextAsync(token);
        await using var transaction = await context.Database.BeginTransactionAsync(token);
        var volumeIds = await context.Set<Attachment>().Where(a => a.ServerId == serverId).Select(a => a.VolumeId).ToListAsync(token);
        await context.Set<Volume>().Where(v => volumeIds.Contains(v.Id) && v.Status == VolumeStatus.Creating).ExecuteDeleteAsync(token);
        await context.Set<Volume>().Where(v => volumeIds.Contains(v.Id) && v.Status == VolumeStatus.Attaching)
            .ExecuteUpdateAsync(v => v.SetProperty(x => x.Status, VolumeStatus.Available), token);
        await context.Set<Attachment>().Where(a => a.ServerId == serverId).ExecuteDeleteAsync(token);
        await context.Set<Server>().Where(s => s.Id == serverId).ExecuteDeleteAsync(token);
        await transaction.CommitAsync(token);
    }

    private static Regex? Pattern(string? name)
    {
        try
        {
            return name is null ? null : new Regex(name, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, PatternTimeout);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw ApiException.BadRequest("Invalid input for name: it must be a regular expression.");
        }
    }
}

/// <param name="Name">A regular expression, as nova takes it.</param>
internal sealed record ServerFilter(string? Name, string? Status, bool AllProjects);

internal sealed record ServerDetails(
    IReadOnlyDictionary<Guid, Node> Nodes, ILookup<Guid, Attachment> Disks, ILookup<Guid, PortInfo> Ports);
