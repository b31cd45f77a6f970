namespace Lab.Manager.BlockStorage;

/// <summary>
/// The storage target's management (REST, mutual TLS). Every call is idempotent: ids are the caller's, creating what exists with the
/// same parameters answers the existing one, deleting what is gone is no error.
/// </summary>
internal interface IStorageTarget
{
    /// <summary>An empty volume, or a copy-on-write clone of a snapshot (at least as large as that).</summary>
    Task CreateVolumeAsync(Guid id, long sizeBytes, Guid? snapshotId, CancellationToken token);

    Task DeleteVolumeAsync(Guid id, CancellationToken token);

    /// <param name="sizeBytes">Not smaller than now.</param>
    Task ResizeVolumeAsync(Guid id, long sizeBytes, CancellationToken token);

    /// <summary>Replaces the whole content with raw bytes; what is beyond their end reads as zeroes.</summary>
    Task WriteContentAsync(Guid id, Stream raw, CancellationToken token);

    Task CreateSnapshotAsync(Guid id, Guid volumeId, CancellationToken token);

    Task DeleteSnapshotAsync(Guid id, CancellationToken token);

    /// <param name="clients">Addresses that may connect.</param>
    /// <returns>The URL where they connect: <c>nbd://address:port/name</c>.</returns>
    Task<string> CreateExportAsync(string name, Guid volumeId, IReadOnlyList<string> clients, bool readOnly, CancellationToken token);

    Task DeleteExportAsync(string name, CancellationToken token);
}

/// <summary>The storage target refused, or could not be reached after some tries.</summary>
/// <param name="status">HTTP status; null when there was no answer.</param>
internal sealed class StorageTargetException(string message, int? status = null, Exception? inner = null) : Exception(message, inner)
{
    public int? Status => status;
}
