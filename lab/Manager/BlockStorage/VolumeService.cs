using System.Text.Json;
using Lab.Manager.Compute;
using Lab.Manager.Conductor;
using Lab.Manager.Database;
using Lab.Manager.Http;
using Lab.Manager.Images;
using Microsoft.EntityFrameworkCore;

namespace Lab.Manager.BlockStorage;

/// <summary>Volumes as tenants see them; the work on the storage target is done by workflows.</summary>
internal sealed class VolumeService(
    IDbContextFactory<ManagerDbContext> contexts, IImageService images, WorkflowQueue workflows, TimeProvider time)
{
    public const int SizeGibMax = 64 * 1024;

    public async Task<IReadOnlyList<(Volume Volume, Attachment? Attachment)>> ListAsync(
        RequestContext asker, bool allProjects, string? name, string? status, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        var volumes = context.Set<Volume>().AsNoTracking();
        if (!(asker.IsAdmin && allProjects))
            volumes = volumes.Where(v => v.ProjectId == asker.ProjectId);
        if (name is not null)
            volumes = volumes.Where(v => v.Name == name);
        var rows = await volumes.OrderByDescending(v => v.CreatedAt).ThenBy(v => v.Id)
            .GroupJoin(context.Set<Attachment>(), v => v.Id, a => a.VolumeId, (v, a) => new { v, a })
            .SelectMany(x => x.a.DefaultIfEmpty(), (x, a) => new { x.v, a })
            .ToListAsync(token);
        return rows.Where(r => status is null || VolumeJson.Name(r.v.Status) == status).Select(r => (r.v, r.a)).ToList();
    }

    public async Task<(Volume Volume, Attachment? Attachment)> GetAsync(string id, RequestContext asker, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        var volume = await FindAsync(context, id, asker, token);
        return (volume, await context.Set<Attachment>().AsNoTracking().SingleOrDefaultAsync(a => a.VolumeId == volume.Id, token));
    }

    public async Task<Volume> CreateAsync(JsonBody body, RequestContext asker, string? traceParent, CancellationToken token)
    {
        foreach (var unsupported in new[] { "source_volid", "consistencygroup_id", "backup_id", "source_replica" })
            if (body.Has(unsupported))
                throw ApiException.BadRequest($"Invalid input: {unsupported} is not supported.");
        await using var context = await contexts.CreateDbContextAsync(token);
        var size = (int?)body.OptionalInteger("size", 1, SizeGibMax);
        var volume = body.OptionalId("snapshot_id") is { } snapshotId ? await FromSnapshotAsync(context, snapshotId, size, asker, token)
            : body.OptionalId("imageRef") is { } imageId ? await FromImageAsync(imageId, size, asker, token)
            : Make(asker, size ?? throw ApiException.BadRequest("Invalid input for volume: 'size' is required."));
        volume.Name = body.OptionalString("name") ?? "";
        volume.Description = body.OptionalString("description");
        volume.MetadataJson = JsonSerializer.Serialize(body.StringMap("metadata"));
        context.Add(volume);
        workflows.Add(context, WorkflowKinds.CreateVolume, volume.Id, traceParent);
        await context.SaveChangesAsync(token);
        workflows.Wake(volume.Id);
        return volume;
    }

    /// <summary>A row for a volume cloned from an image, not stored yet.</summary>
    public async Task<Volume> FromImageAsync(Guid imageId, int? sizeGib, RequestContext asker, CancellationToken token)
    {
        var image = await images.FindAsync(imageId, asker, token) ?? throw ApiException.BadRequest($"Invalid image identifier: image {imageId} could not be found.");
        if (image.SnapshotId is not { } snapshot || image.Status != "active")
            throw ApiException.BadRequest($"Image {imageId} is unacceptable: its status is {image.Status}.");
        var least = Math.Max(image.MinDiskGiB, GibOf(image.VirtualSizeBytes));
        if (sizeGib < least)
            throw ApiException.BadRequest($"Invalid input: size {sizeGib} GB is smaller than the image's minimum of {least} GB.");
        return Make(asker, sizeGib ?? least, isBootable: true, imageId: image.Id, imageName: image.Name, cloneOf: snapshot);
    }

    /// <summary>A row for a volume cloned from a snapshot, not stored yet.</summary>
    public async Task<Volume> FromSnapshotAsync(
        ManagerDbContext context, Guid snapshotId, int? sizeGib, RequestContext asker, CancellationToken token)
    {
        var snapshot = await context.Set<Snapshot>().AsNoTracking().SingleOrDefaultAsync(s => s.Id == snapshotId, token);
        if (snapshot is null || !asker.MaySee(snapshot.ProjectId))
            throw ApiException.NotFound("Snapshot", snapshotId);
        if (snapshot.Status != SnapshotStatus.Available)
            throw ApiException.Conflict($"Invalid snapshot: its status is {VolumeJson.Name(snapshot.Status)}, not available.");
        if (sizeGib < snapshot.SizeGib)
            throw ApiException.BadRequest($"Invalid input: size {sizeGib} GB is smaller than the snapshot's {snapshot.SizeGib} GB.");
        return Make(asker, sizeGib ?? snapshot.SizeGib, snapshot.Bootable, snapshotId: snapshot.Id, cloneOf: snapshot.Id);
    }

    public Volume Make(
        RequestContext asker, int sizeGib, bool isBootable = false, Guid? imageId = null, string? imageName = null, Guid? snapshotId = null, Guid? cloneOf = null) => new()
    {
        Id = Guid.NewGuid(),
        ProjectId = asker.ProjectId,
        UserId = asker.UserId,
        Name = "",
        SizeGib = sizeGib,
        Status = VolumeStatus.Creating,
        Bootable = isBootable,
        ImageId = imageId,
        ImageName = imageName,
        SnapshotId = snapshotId,
        CloneOf = cloneOf,
        CreatedAt = time.GetUtcNow(),
        UpdatedAt = time.GetUtcNow(),
    };

    public async Task<(Volume Volume, Attachment? Attachment)> RenameAsync(string id, JsonBody body, RequestContext asker, CancellationToken token)
    {
        var name = body.OptionalString("name");
        var description = body.OptionalString("description");
        var metadata = body.Has("metadata") ? JsonSerializer.Serialize(body.StringMap("metadata")) : null;
        await using var context = await contexts.CreateDbContextAsync(token);
        var volume = await FindAsync(context, id, asker, token);
        volume.Name = name ?? volume.Name;
        volume.Description = description ?? volume.Description;
        volume.MetadataJson = metadata ?? volume.MetadataJson;
        volume.UpdatedAt = time.GetUtcNow();
        await context.SaveChangesAsync(token);
        return (volume, await context.Set<Attachment>().AsNoTracking().SingleOrDefaultAsync(a => a.VolumeId == volume.Id, token));
    }

    public async Task DeleteAsync(string id, RequestContext asker, string? traceParent, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        var volume = await FindAsync(context, id, asker, token);
        if (await context.Set<Snapshot>().AnyAsync(s => s.VolumeId == volume.Id, token))
            throw ApiException.Conflict($"Invalid volume: volume {volume.Id} still has dependent snapshots.");
        await MoveAsync(
            context, volume, [VolumeStatus.Available, VolumeStatus.Error, VolumeStatus.ErrorDeleting], VolumeStatus.Deleting, null,
            WorkflowKinds.DeleteVolume, traceParent, token);
    }

    public async Task ExtendAsync(string id, int sizeGib, RequestContext asker, string? traceParent, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        var volume = await FindAsync(context, id, asker, token);
        if (sizeGib <= volume.SizeGib)
            throw ApiException.BadRequest($"Invalid input: New size for extend must be greater than current size. (current: {volume.SizeGib}, extended: {sizeGib}).");
        await MoveAsync(context, volume, [VolumeStatus.Available], VolumeStatus.Extending, sizeGib, WorkflowKinds.ExtendVolume, traceParent, token);
    }

    public static async Task<Volume> FindAsync(ManagerDbContext context, string id, RequestContext asker, CancellationToken token) =>
        Guid.TryParse(id, out var volumeId)
        && await context.Set<Volume>().SingleOrDefaultAsync(v => v.Id == volumeId, token) is { } volume
        && asker.MaySee(volume.ProjectId)
            ? volume
            : throw ApiException.NotFound("Volume", id);

    /// <summary>Whole GiB that hold this many bytes.</summary>
    public static int GibOf(long bytes) => (int)((bytes + (1L << 30) - 1) >> 30);

    private async Task MoveAsync(
        ManagerDbContext context, Volume volume, VolumeStatus[] from, VolumeStatus to, int? pendingSizeGib, string kind, string? traceParent,
        CancellationToken token)
    {
        await using var transaction = await context.Database.BeginTransactionAsync(token);
        var now = time.GetUtcNow();
        var moved = await context.Set<Volume>().Where(v => v.Id == volume.Id && from.Contains(v.Status)).ExecuteUpdateAsync(
            v => v.SetProperty(x => x.Status, to).SetProperty(x => x.PendingSizeGib, pendingSizeGib).SetProperty(x => x.UpdatedAt, now), token);
        if (moved == 0)
            throw ApiException.Conflict(
                $"Invalid volume: Volume status must be {string.Join(" or ", from.Select(VolumeJson.Name))}, but current status is: {VolumeJson.Name(volume.Status)}.");
        workflows.Add(context, kind, volume.Id, traceParent);
        await context.SaveChangesAsync(token);
        await transaction.CommitAsync(token);
        workflows.Wake(volume.Id);
    }
}
