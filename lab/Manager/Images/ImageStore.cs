using Lab.Manager.Database;
using Lab.Manager.Http;
using Microsoft.EntityFrameworkCore;

namespace Lab.Manager.Images;

/// <summary>Records of the images.</summary>
internal sealed class ImageStore(IDbContextFactory<ManagerDbContext> contexts, TimeProvider time) : IImageService
{
    public async Task<ImageInfo?> FindAsync(Guid id, RequestContext asker, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        return await Visible(context, asker).SingleOrDefaultAsync(i => i.Id == id, token) is { } image
            ? new ImageInfo(
                image.Id,
                image.Name ?? "",
                ImageJson.Status(image.Status),
                image.VirtualSizeBytes ?? 0,
                image.MinDiskGib,
                image.MinRamMib,
                image.Status == ImageStatus.Active ? image.Id : null)
            : null;
    }

    /// <summary>Newest first, as glance lists them.</summary>
    public async Task<IReadOnlyList<Image>> ListAsync(RequestContext asker, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        return await Visible(context, asker).AsNoTracking().OrderByDescending(i => i.CreatedAt).ThenBy(i => i.Id).ToListAsync(token);
    }

    public async Task<Image> GetAsync(string id, RequestContext asker, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        return await FindAsync(context, id, asker, token);
    }

    /// <exception cref="ApiException">409: the id is in use.</exception>
    public async Task AddAsync(Image image, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        if (await context.Set<Image>().AnyAsync(i => i.Id == image.Id, token))
            throw ApiException.Conflict($"Image ID {image.Id} already exists!");
        context.Add(image);
        await context.SaveChangesAsync(token);
    }

    /// <summary>Changes an image of the asker's own.</summary>
    public async Task<Image> ChangeAsync(string id, RequestContext asker, Action<Image> change, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        var image = await FindAsync(context, id, asker, token);
        if (!asker.MaySee(image.ProjectId))
            throw ApiException.Forbidden($"You are not permitted to modify image {image.Id}.");
        change(image);
        image.UpdatedAt = time.GetUtcNow();
        try
        {
            await context.SaveChangesAsync(token);
        }
        catch (DbUpdateConcurrencyException)
        {
            throw ApiException.Conflict($"Image {image.Id} is being changed by another request.");
        }
        return image;
    }

    /// <summary>
    /// Takes a queued image for an upload; one at a time gets it. Not to be cancelled: who has taken the image must come to know it.
    /// </summary>
    /// <returns>The image's format; null when it is not queued.</returns>
    public async Task<ImageFormat?> TryBeginUploadAsync(Guid id)
    {
        var token = CancellationToken.None;
        await using var context = await contexts.CreateDbContextAsync(token);
        var taken = await context.Set<Image>().Where(i => i.Id == id && i.Status == ImageStatus.Queued).ExecuteUpdateAsync(
            set => set.SetProperty(i => i.Status, ImageStatus.Saving).SetProperty(i => i.UpdatedAt, time.GetUtcNow()), token);
        return taken == 1 ? await context.Set<Image>().Where(i => i.Id == id).Select(i => i.DiskFormat).SingleAsync(token) : null;
    }

    public async Task FinishUploadAsync(Guid id, long bytes, long virtualBytes, string sha256, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        var finished = await context.Set<Image>().Where(i => i.Id == id && i.Status == ImageStatus.Saving).ExecuteUpdateAsync(
            set => set.SetProperty(i => i.Status, ImageStatus.Active)
                .SetProperty(i => i.SizeBytes, bytes)
                .SetProperty(i => i.VirtualSizeBytes, virtualBytes)
                .SetProperty(i => i.Sha256, sha256)
                .SetProperty(i => i.UpdatedAt, time.GetUtcNow()),
            token);
        if (finished != 1)
            throw ApiException.Conflict($"Image {id} is not being uploaded any more.");
    }

    /// <summary>An upload that came to nothing.</summary>
    public async Task EndUploadAsync(Guid id, ImageStatus status, string? failure, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        await context.Set<Image>().Where(i => i.Id == id && i.Status == ImageStatus.Saving).ExecuteUpdateAsync(
            set => set.SetProperty(i => i.Status, status).SetProperty(i => i.Failure, failure).SetProperty(i => i.UpdatedAt, time.GetUtcNow()), token);
    }

    /// <summary>Uploads that a killed process left can be sent again.</summary>
    public async Task RequeueAsync(CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        await context.Set<Image>().Where(i => i.Status == ImageStatus.Saving)
            .ExecuteUpdateAsync(set => set.SetProperty(i => i.Status, ImageStatus.Queued), token);
    }

    public async Task<IReadOnlyList<Guid>> ListDeletingAsync(CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        return await context.Set<Image>().Where(i => i.Status == ImageStatus.Deleting).Select(i => i.Id).ToListAsync(token);
    }

    public async Task RemoveAsync(Guid id, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        await context.Set<Image>().Where(i => i.Id == id).ExecuteDeleteAsync(token);
    }

    private static IQueryable<Image> Visible(ManagerDbContext context, RequestContext asker)
    {
        var images = context.Set<Image>().Where(i => i.Status != ImageStatus.Deleting);
        return asker.IsAdmin ? images : images.Where(i => i.ProjectId == asker.ProjectId || i.Visibility == ImageVisibility.Public);
    }

    private static async Task<Image> FindAsync(ManagerDbContext context, string id, RequestContext asker, CancellationToken token) =>
        (Guid.TryParse(id, out var imageId)
            ? await Visible(context, asker).SingleOrDefaultAsync(i => i.Id == imageId, token)
            : null) ?? throw new ApiException(404, $"No image found with ID {id}");
}
