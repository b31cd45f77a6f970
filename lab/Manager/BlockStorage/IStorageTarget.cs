using Lab.Contracts.Link;

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

    /// <returns>The URL where the client connects: <see cref="NvmeTcpUrl"/> of a target that serves NVMe/TCP, else <c>nbd://address:port/name</c>.</returns>
    Task<string> CreateExportAsync(string name, Guid volumeId, StorageClient client, bool readOnly, CancellationToken token);

    Task DeleteExportAsync(string name, CancellationToken token);
}

/// <summary>Who may connect to an export: over NBD whoever has the address, over NVMe/TCP whoever has NQN and secret.</summary>
/// <param name="Host">With its secret.</param>
internal sealed record StorageClient(string Address, NvmeHost Host);

/// <summary>The storage target refused, or could not be reached after some tries.</summary>
/// <param name="status">HTTP status; null when there was no answer.</param>
internal sealed class StorageTargetException(string message, int? status = null, Exception? inner = null) : Exception(message, inner)
{
    public int? Status => status;
}
