using System.Text.Json;
using Lab.Manager.Conductor;
using Lab.Manager.Database;
using Lab.Manager.Http;
using Microsoft.EntityFrameworkCore;

namespace Lab.Manager.BlockStorage;

/// <summary>Snapshots as tenants see them.</summary>
internal sealed class SnapshotService(IDbContextFactory<ManagerDbContext> contexts, WorkflowQueue workflows, TimeProvider time)
{
    public async Task<IReadOnlyList<Snapshot>> ListAsync(
        RequestContext asker, bool allProjects, string? name, string? status, Guid? volumeId, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        var snapshots = context.Set<Snapshot>().AsNoTracking();
        if (!(asker.IsAdmin && allProjects))
            snapshots = snapshots.Where(s => s.ProjectId == asker.ProjectId);
        if (name is not null)
            snapshots = snapshots.Where(s => s.Name == name);
        if (volumeId is not null)
            snapshots = snapshots.Where(s => s.VolumeId == volumeId);
        var rows = await snapshots.OrderByDescending(s => s.CreatedAt).ThenBy(s => s.Id).ToListAsync(token);
        return rows.Where(s => status is null || VolumeJson.Name(s.Status) == status).ToList();
    }

    public async Task<Snapshot> GetAsync(string id, RequestContext asker, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        return await FindAsync(context, id, asker, token);
    }

    public async Task<Snapshot> CreateAsync(JsonBody body, RequestContext asker, string? traceParent, CancellationToken token)
    {
        var volumeId = body.String("volume_id");
        var isForced = body.OptionalBoolean("force") ?? false;
        var name = body.OptionalString("name") ?? "";
        var description = body.OptionalString("description");
        var metadata = JsonSerializer.Serialize(body.StringMap("metadata"));
        await using var context = await contexts.CreateDbContextAsync(token);
        var volume = await VolumeService.FindAsync(context, volumeId, asker, token);
        if (volume.Status != VolumeStatus.Available && !(isForced && volume.Status == VolumeStatus.InUse))
            throw ApiException.Conflict($"Invalid volume: Volume status must be available, but current status is: {VolumeJson.Name(volume.Status)}.");
        var now = time.GetUtcNow();
        var snapshot = new Snapshot
        {
            Id = Guid.NewGuid(),
            VolumeId = volume.Id,
            ProjectId = volume.ProjectId,
            Name = name,
            Description = description,
            SizeGib = volume.SizeGib,
            Bootable = volume.Bootable,
            Status = SnapshotStatus.Creating,
            MetadataJson = metadata,
            CreatedAt = now,
            UpdatedAt = now,
        };
        context.Add(snapshot);
        workflows.Add(context, WorkflowKinds.CreateSnapshot, volume.Id, traceParent, snapshot.Id);
        await context.SaveChangesAsync(token);
        workflows.Wake(volume.Id);
        return snapshot;
    }

    public async Task DeleteAsync(string id, RequestContext asker, string? traceParent, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        var snapshot = await FindAsync(context, id, asker, token);
        await using var transaction = await context.Database.BeginTransactionAsync(token);
        var now = time.GetUtcNow();
        SnapshotStatus[] from = [SnapshotStatus.Available, SnapshotStatus.Error, SnapshotStatus.ErrorDeleting];
        var moved = await context.Set<Snapshot>().Where(s => s.Id == snapshot.Id && from.Contains(s.Status)).ExecuteUpdateAsync(
            s => s.SetProperty(x => x.Status, SnapshotStatus.Deleting).SetProperty(x => x.UpdatedAt, now), token);
        if (moved == 0)
            throw ApiException.Conflict($"Invalid snapshot: its status is {VolumeJson.Name(snapshot.Status)}, not available or error.");
        workflows.Add(context, WorkflowKinds.DeleteSnapshot, snapshot.VolumeId, traceParent, snapshot.Id);
        await context.SaveChangesAsync(token);
        await transaction.CommitAsync(token);
        workflows.Wake(snapshot.VolumeId);
    }

    private static async Task<Snapshot> FindAsync(ManagerDbContext context, string id, RequestContext asker, CancellationToken token) =>
        Guid.TryParse(id, out var snapshotId)
        && await context.Set<Snapshot>().AsNoTracking().SingleOrDefaultAsync(s => s.Id == snapshotId, token) is { } snapshot
        && asker.MaySee(snapshot.ProjectId)
            ? snapshot
            : throw ApiException.NotFound("Snapshot", id);
}
