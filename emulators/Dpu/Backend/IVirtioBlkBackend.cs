using Lab.Emulators.Dpu.State;

namespace Lab.Emulators.Dpu.Backend;

/// <summary>
/// The card's data path: opens volumes and serves them to the host as vhost-user-blk. It keeps serving while the firmware is down, heals
/// itself when its own processes die, and holds nothing that the firmware does not tell it again.
/// </summary>
public interface IVirtioBlkBackend : IAsyncDisposable
{
    /// <summary>
    /// Takes over what runs from an earlier life and brings it to exactly <paramref name="layout"/>. What cannot be opened now (a
    /// storage target that is down) is tried again until it can.
    /// </summary>
    Task StartAsync(BackendLayout layout, CancellationToken token);

    /// <returns>Size in bytes.</returns>
    /// <exception cref="DpuException"><see cref="Errno.InputOutput"/>: the volume cannot be reached, in bounded time.</exception>
    Task<ulong> OpenAsync(Bdev bdev, CancellationToken token);

    /// <exception cref="DpuException">The bdev is still in use, or the data path does not answer.</exception>
    Task CloseAsync(string bdev, CancellationToken token);

    /// <summary>Applies new limits without interrupting I/O.</summary>
    Task LimitAsync(string bdev, RateLimits limits, CancellationToken token);

    /// <summary>Listens for the host on the socket; the export stays when the host disconnects and comes again.</summary>
    Task ExportAsync(BlkExport export, CancellationToken token);

    /// <summary>Disconnects the host, if it is still there, and removes the socket.</summary>
    Task UnexportAsync(string socket, CancellationToken token);

    /// <returns>Counters by bdev name, as far as the data path counts.</returns>
    Task<IReadOnlyDictionary<string, BdevCounters>> CountAsync(CancellationToken token);
}

public sealed record BackendLayout(IReadOnlyList<Bdev> Bdevs, IReadOnlyList<BlkExport> Exports);

/// <param name="Socket">File name in the directory that card and host share.</param>
/// <param name="LogicalBlockSize">Bytes.</param>
/// <param name="Serial">What VIRTIO_BLK_T_GET_ID answers.</param>
public sealed record BlkExport(string Socket, string Bdev, bool ReadOnly, uint NumQueues, uint LogicalBlockSize, string? Serial = null);

/// <summary>What was measured since the bdev was opened; null is "not counted", never zero.</summary>
public sealed record BdevCounters
{
    public ulong? BytesRead { get; init; }
    public ulong? NumReadOps { get; init; }
    public ulong? BytesWritten { get; init; }
    public ulong? NumWriteOps { get; init; }
    public ulong? BytesUnmapped { get; init; }
    public ulong? NumUnmapOps { get; init; }
}
