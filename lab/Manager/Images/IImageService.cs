using Lab.Manager.Http;

namespace Lab.Manager.Images;

/// <summary>What servers and volumes need of images.</summary>
internal interface IImageService
{
    /// <returns>The image when the asker may see it, else null.</returns>
    Task<ImageInfo?> FindAsync(Guid id, RequestContext asker, CancellationToken token);
}

/// <param name="SnapshotId">Snapshot on the storage target to clone from; null until the upload is done.</param>
/// <param name="Status">Glance's: queued, saving, active, …</param>
/// <param name="VirtualSizeBytes">Size of the raw disk.</param>
internal sealed record ImageInfo(
    Guid Id, string Name, string Status, long VirtualSizeBytes, int MinDiskGiB, int MinRamMiB, Guid? SnapshotId);
