using System.Collections.Concurrent;
using Lab.Manager.BlockStorage;

namespace Lab.Manager.Tests.Fixtures;

/// <summary>A storage target that keeps what it is given, to look at.</summary>
internal sealed class MemoryStorageTarget : IStorageTarget
{
    public ConcurrentDictionary<Guid, byte[]> Volumes { get; } = [];
    public ConcurrentDictionary<Guid, byte[]> Snapshots { get; } = [];

    /// <summary>Thrown by every call while set.</summary>
    public StorageTargetException? Failure { get; set; }

    public Task CreateVolumeAsync(Guid id, long sizeBytes, Guid? snapshotId, CancellationToken token) =>
        Do(() => Volumes[id] = snapshotId is { } from ? Snapshots[from] : new byte[sizeBytes]);

    public Task DeleteVolumeAsync(Guid id, CancellationToken token) => Do(() => Volumes.TryRemove(id, out _));

    public Task ResizeVolumeAsync(Guid id, long sizeBytes, CancellationToken token) => Do(() =>
    {
        var grown = Volumes[id];
        Array.Resize(ref grown, (int)sizeBytes);
        Volumes[id] = grown;
    });

    public async Task WriteContentAsync(Guid id, Stream raw, CancellationToken token)
    {
        using var content = new MemoryStream(Volumes[id]);
        await raw.CopyToAsync(content, token);
        await Do(() => { });
    }

    public Task CreateSnapshotAsync(Guid id, Guid volumeId, CancellationToken token) => Do(() => Snapshots[id] = Volumes[volumeId]);

    public Task DeleteSnapshotAsync(Guid id, CancellationToken token) => Do(() => Snapshots.TryRemove(id, out _));

    public Task<string> CreateExportAsync(string name, Guid volumeId, StorageClient client, bool readOnly, CancellationToken token) =>
        Task.FromResult("nbd://127.0.0.1:1/" + name);

    public Task DeleteExportAsync(string name, CancellationToken token) => Task.CompletedTask;

    private Task Do(Action action)
    {
        if (Failure is { } failure)
            return Task.FromException(failure);
        action();
        return Task.CompletedTask;
    }
}
