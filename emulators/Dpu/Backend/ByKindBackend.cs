using Lab.Emulators.Dpu.State;

namespace Lab.Emulators.Dpu.Backend;

/// <summary>
/// Chooses the data path by a bdev's kind: NBD volumes are qemu-storage-daemon's, which is the baseline that the card's own data path is
/// measured against; everything else is the card's own. The daemon is started when there is something for it.
/// </summary>
/// <param name="owned">Kinds that are the card's own.</param>
/// <param name="daemonPidFile">There when a daemon runs from an earlier life.</param>
internal sealed class ByKindBackend(IVirtioBlkBackend own, IVirtioBlkBackend daemon, IReadOnlySet<BdevKind> owned, string daemonPidFile) : IVirtioBlkBackend
{
    private readonly Dictionary<string, IVirtioBlkBackend> byBdev = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IVirtioBlkBackend> bySocket = new(StringComparer.Ordinal);
    private bool isDaemonStarted;

    public async Task StartAsync(BackendLayout layout, CancellationToken token)
    {
        foreach (var bdev in layout.Bdevs)
            byBdev[bdev.Name] = Choose(bdev.Kind);
        foreach (var export in layout.Exports)
            bySocket[export.Socket] = byBdev[export.Bdev];
        var daemons = Select(daemon);
        // One that runs from an earlier life may serve what is no longer to be served.
        if (daemons.Bdevs.Count > 0 || File.Exists(daemonPidFile))
            await StartDaemonAsync(daemons, token);
        await own.StartAsync(Select(own), token);

        BackendLayout Select(IVirtioBlkBackend backend) => new(
            [.. layout.Bdevs.Where(b => byBdev[b.Name] == backend)],
            [.. layout.Exports.Where(e => byBdev[e.Bdev] == backend)]);
    }

    public async Task<ulong> OpenAsync(Bdev bdev, CancellationToken token)
    {
        var backend = Choose(bdev.Kind);
        if (backend == daemon && !isDaemonStarted)
            await StartDaemonAsync(new BackendLayout([], []), token);
        var size = await backend.OpenAsync(bdev, token);
        byBdev[bdev.Name] = backend;
        return size;
    }

    public async Task CloseAsync(string bdev, CancellationToken token)
    {
        if (!byBdev.TryGetValue(bdev, out var backend))
            return;
        await backend.CloseAsync(bdev, token);
        byBdev.Remove(bdev);
    }

    public Task LimitAsync(string bdev, RateLimits limits, CancellationToken token) => Of(bdev).LimitAsync(bdev, limits, token);

    public async Task ExportAsync(BlkExport export, CancellationToken token)
    {
        var backend = Of(export.Bdev);
        await backend.ExportAsync(export, token);
        bySocket[export.Socket] = backend;
    }

    public async Task UnexportAsync(string socket, CancellationToken token)
    {
        if (!bySocket.TryGetValue(socket, out var backend))
            return;
        await backend.UnexportAsync(socket, token);
        bySocket.Remove(socket);
    }

    public async Task<IReadOnlyDictionary<string, BdevCounters>> CountAsync(CancellationToken token)
    {
        var counts = new Dictionary<string, BdevCounters>(await own.CountAsync(token), StringComparer.Ordinal);
        if (byBdev.ContainsValue(daemon))
            foreach (var (name, count) in await daemon.CountAsync(token))
                counts[name] = count;
        return counts;
    }

    public async ValueTask DisposeAsync()
    {
        await own.DisposeAsync();
        await daemon.DisposeAsync();
    }

    private IVirtioBlkBackend Choose(BdevKind kind) => owned.Contains(kind) ? own : daemon;

    private IVirtioBlkBackend Of(string bdev) => byBdev.GetValueOrDefault(bdev) ?? throw new DpuException(Errno.NoDevice);

    private async Task StartDaemonAsync(BackendLayout layout, CancellationToken token)
    {
        await daemon.StartAsync(layout, token);
        isDaemonStarted = true;
    }
}
