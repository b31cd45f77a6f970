using Lab.Manager.BlockStorage;
using Lab.Manager.Http;

namespace Lab.Manager.Images;

/// <summary>
/// Deletes images. An image is hidden first and its record goes last, so that whatever is cut off in between is done again at the
/// next start.
/// </summary>
internal sealed partial class ImageRemoval(ImageStore images, IStorageTarget target, TimeProvider time, ILogger<ImageRemoval> logger)
    : BackgroundService
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(5);

    /// <exception cref="ApiException">403: protected or another's; 404; 409: an upload runs.</exception>
    public async Task RemoveAsync(string id, RequestContext asker, CancellationToken token)
    {
        var image = await images.ChangeAsync(id, asker, Hide, token);
        // The client's going away ends nothing from here on.
        await TryRemoveDataAsync(image.Id, CancellationToken.None);
    }

    /// <summary>Finishes what earlier processes, or a storage target that was away, left.</summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                foreach (var id in await images.ListDeletingAsync(stoppingToken))
                    await TryRemoveDataAsync(id, stoppingToken);
                await Task.Delay(RetryDelay, time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The manager ends.
        }
    }

    private static void Hide(Image image)
    {
        if (image.Protected)
            throw ApiException.Forbidden($"Image {image.Id} is protected and cannot be deleted.");
        if (image.Status == ImageStatus.Saving)
            throw ApiException.Conflict($"Image {image.Id} is getting data and cannot be deleted now.");
        image.Status = ImageStatus.Deleting;
    }

    private async Task TryRemoveDataAsync(Guid id, CancellationToken token)
    {
        try
        {
            await target.DeleteSnapshotAsync(id, token);
            await target.DeleteVolumeAsync(id, token);
            await images.RemoveAsync(id, token);
        }
        catch (StorageTargetException e)
        {
            LogLater(e, id);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Image {ImageId}: its data is deleted later")]
    private partial void LogLater(Exception exception, Guid imageId);
}
