using System.Net;
using Lab.Manager.BlockStorage;
using Lab.Manager.Http;

namespace Lab.Manager.Images;

/// <summary>
/// Takes an image's data: receive → check → convert to raw → volume on the storage target → snapshot of it. The volume and the
/// snapshot have the image's id, so that a cut-off upload is simply done again over what it left.
/// </summary>
internal sealed partial class ImageUpload(
    ImageStore images, ImageFiles files, QemuImg qemuImg, IStorageTarget target, ILogger<ImageUpload> logger) : IDisposable
{
    private readonly SemaphoreSlim conversions = new(ImageLimits.ConversionsMax, ImageLimits.ConversionsMax);

    /// <exception cref="ApiException">400: refused, the image is killed; 409: it has or gets data; 503: the storage target fails.</exception>
    public async Task ReceiveAsync(Guid imageId, Stream body, CancellationToken token)
    {
        if (await images.TryBeginUploadAsync(imageId) is not { } format)
            throw ApiException.Conflict($"Image {imageId} has or is getting data.");
        try
        {
            using var paths = files.Open(imageId);
            var (bytes, sha256) = await ImageFiles.ReceiveAsync(body, paths.Upload, token);
            var (raw, virtualBytes) = await PrepareAsync(format, paths, bytes, token);
            await StoreAsync(imageId, raw, virtualBytes, token);
            // From here on the image is whole: a client that went away does not undo it.
            await images.FinishUploadAsync(imageId, bytes, virtualBytes, sha256, CancellationToken.None);
            LogActive(imageId, bytes, virtualBytes);
        }
        catch (ImageRefusedException e)
        {
            LogRefused(imageId, e.Message);
            await images.EndUploadAsync(imageId, ImageStatus.Killed, e.Message, CancellationToken.None);
            throw ApiException.BadRequest(e.Message);
        }
        catch (StorageTargetException e)
        {
            LogFailed(e, imageId);
            await images.EndUploadAsync(imageId, ImageStatus.Queued, null, CancellationToken.None);
            throw e.Status == (int)HttpStatusCode.InsufficientStorage
                ? new ApiException(413, "The storage has no space left for the image.")
                : new ApiException(503, "The storage target did not take the image; try again.");
        }
        catch (Exception e)
        {
            // Cut off by the client, or failed on this side: the data can be sent again.
            LogFailed(e, imageId);
            await images.EndUploadAsync(imageId, ImageStatus.Queued, null, CancellationToken.None);
            throw;
        }
    }

    public void Dispose() => conversions.Dispose();

    private async Task<(string Raw, long VirtualBytes)> PrepareAsync(ImageFormat format, UploadFiles paths, long bytes, CancellationToken token)
    {
        if (format == ImageFormat.Raw)
            return (paths.Upload, RoundUp(CheckSize(bytes)));
        CheckHeader(await ReadPrefixAsync(paths.Upload, token));
        await conversions.WaitAsync(token);
        try
        {
            var virtualBytes = CheckSize(await qemuImg.CheckQcow2Async(paths.Upload, token));
            await qemuImg.ConvertToRawAsync(paths.Upload, paths.Raw, virtualBytes, token);
            return (paths.Raw, RoundUp(virtualBytes));
        }
        finally
        {
            conversions.Release();
        }
    }

    private async Task StoreAsync(Guid imageId, string raw, long virtualBytes, CancellationToken token)
    {
        await target.DeleteSnapshotAsync(imageId, token);
        await target.DeleteVolumeAsync(imageId, token);
        await target.CreateVolumeAsync(imageId, virtualBytes, null, token);
        await using (var content = new FileStream(raw, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 20, useAsync: true))
            await target.WriteContentAsync(imageId, content, token);
        await target.CreateSnapshotAsync(imageId, imageId, token);
        // The snapshot keeps the data.
        await target.DeleteVolumeAsync(imageId, token);
    }

    private static void CheckHeader(byte[] prefix)
    {
        if (!Qcow2Header.TryRead(prefix, out var header, out var reason))
            throw new ImageRefusedException(reason);
        if (header.NamesBackingFile)
            throw new ImageRefusedException("it names a backing file");
        if (header.NamesDataFile)
            throw new ImageRefusedException("it names an external data file");
        if (header.IsEncrypted)
            throw new ImageRefusedException("it is encrypted");
        if (header.IsCorrupt)
            throw new ImageRefusedException("it is marked corrupt");
        CheckSize(header.VirtualSize > long.MaxValue ? long.MaxValue : (long)header.VirtualSize);
    }

    private static long CheckSize(long virtualBytes) => virtualBytes is > 0 and <= ImageLimits.VirtualBytesMax
        ? virtualBytes
        : throw new ImageRefusedException($"its disk must have from 1 to {ImageLimits.VirtualBytesMax} bytes");

    private static long RoundUp(long bytes) =>
        (bytes + ImageLimits.VolumeGrainBytes - 1) / ImageLimits.VolumeGrainBytes * ImageLimits.VolumeGrainBytes;

    private static async Task<byte[]> ReadPrefixAsync(string path, CancellationToken token)
    {
        await using var file = File.OpenRead(path);
        var prefix = new byte[(int)Math.Min(file.Length, Qcow2Header.PrefixBytes)];
        await file.ReadExactlyAsync(prefix, token);
        return prefix;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Image {ImageId} is active: {Bytes} bytes uploaded, disk of {VirtualBytes} bytes")]
    private partial void LogActive(Guid imageId, long bytes, long virtualBytes);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Image {ImageId}: {Reason}")]
    private partial void LogRefused(Guid imageId, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Image {ImageId}: the upload did not finish")]
    private partial void LogFailed(Exception exception, Guid imageId);
}
