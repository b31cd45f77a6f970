using Lab.Emulators.Dpu.DataPath;
using Lab.Emulators.Dpu.State;
using Microsoft.Extensions.Logging;

namespace Lab.Emulators.Dpu.Backend;

/// <summary>The card's own data path: devices of this process, served to the host by this process.</summary>
/// <param name="vhost">Null: devices are opened, and cannot be shown to the host.</param>
/// <param name="findNamespace">The device of a controller's namespace; null when there is none.</param>
internal sealed partial class DataPathBackend(
    IVhostExporter? vhost,
    Func<string, uint, IBlockDevice?> findNamespace,
    TimeProvider time,
    ILogger logger) : IVirtioBlkBackend
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, DataPathBdev> bdevs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (BlkExport Export, IAsyncDisposable Server)> exports = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim gate = new(1, 1);
    private readonly CancellationTokenSource stop = new();
    private Task retrying = Task.CompletedTask;

    public async Task StartAsync(BackendLayout layout, CancellationToken token)
    {
        if (!await TryBringToAsync(layout, token))
            retrying = RetryAsync(layout);
    }

    public Task<ulong> OpenAsync(Bdev bdev, CancellationToken token) => AloneAsync(() => Task.FromResult(Open(bdev).Device.SizeBytes), token);

    public Task CloseAsync(string bdev, CancellationToken token) => AloneAsync(async () =>
    {
        if (exports.Values.Any(e => e.Export.Bdev == bdev))
            throw new DpuException(Errno.Busy);
        if (!bdevs.Remove(bdev, out var known))
            return 0;
        await known.DisposeAsync();
        if (known.Bdev.Kind == BdevKind.Malloc)
            File.Delete(known.Bdev.Filename!);
        return 0;
    }, token);

    public Task LimitAsync(string bdev, RateLimits limits, CancellationToken token) => AloneAsync(() =>
    {
        Find(bdev).Limit(limits);
        return Task.FromResult(0);
    }, token);

    public Task ExportAsync(BlkExport export, CancellationToken token) => AloneAsync(() =>
    {
        Export(export);
        return Task.FromResult(0);
    }, token);

    public Task UnexportAsync(string socket, CancellationToken token) => AloneAsync(async () =>
    {
        if (exports.Remove(socket, out var known))
            await known.Server.DisposeAsync();
        return 0;
    }, token);

    public Task<IReadOnlyDictionary<string, BdevCounters>> CountAsync(CancellationToken token) => AloneAsync(
        () => Task.FromResult<IReadOnlyDictionary<string, BdevCounters>>(bdevs.ToDictionary(b => b.Key, b => b.Value.Device.Count())), token);

    /// <exception cref="DpuException">There is no bdev of that name on this data path.</exception>
    public Task<DataPathBdev> FindAsync(string bdev, CancellationToken token) => AloneAsync(() => Task.FromResult(Find(bdev)), token);

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await retrying;
        foreach (var (_, server) in exports.Values)
            await server.DisposeAsync();
        foreach (var bdev in bdevs.Values)
            await bdev.DisposeAsync();
        gate.Dispose();
        stop.Dispose();
    }

    private async Task RetryAsync(BackendLayout layout)
    {
        try
        {
            do
                await Task.Delay(RetryDelay, time, stop.Token);
            while (!await TryBringToAsync(layout, stop.Token));
        }
        catch (OperationCanceledException)
        {
            // Ends with the firmware.
        }
    }

    /// <returns>False when something of the earlier life is not there yet.</returns>
    private Task<bool> TryBringToAsync(BackendLayout layout, CancellationToken token) => AloneAsync(() =>
    {
        var isComplete = true;
        foreach (var bdev in layout.Bdevs.Where(b => !bdevs.ContainsKey(b.Name)))
            isComplete &= Try(bdev.Name, () => Open(bdev));
        foreach (var export in layout.Exports.Where(e => bdevs.ContainsKey(e.Bdev) && !exports.ContainsKey(e.Socket)))
            isComplete &= Try(export.Socket, () => Export(export));
        return Task.FromResult(isComplete);
    }, token);

    private bool Try(string name, Action work)
    {
        try
        {
            work();
            return true;
        }
        catch (DpuException e)
        {
            LogNotRestored(name, e.InnerException?.Message ?? e.Message);
            return false;
        }
    }

    private DataPathBdev Open(Bdev bdev)
    {
        var device = bdev.Kind == BdevKind.Nvme
            ? findNamespace(bdev.Controller!, bdev.Nsid!.Value) ?? throw new DpuException(Errno.NoDevice)
            : OpenLocal(bdev);
        return bdevs[bdev.Name] = new DataPathBdev(bdev, device, time);
    }

    private static IBlockDevice OpenLocal(Bdev bdev)
    {
        try
        {
            return DataPathBdev.OpenLocal(bdev);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DpuException(e is FileNotFoundException ? Errno.NoEntry : Errno.InputOutput, null, e);
        }
    }

    private void Export(BlkExport export)
    {
        try
        {
            exports.Add(export.Socket, (export, (vhost ?? throw new DpuException(Errno.NotSupported)).Export(Find(export.Bdev).Device, export)));
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException or ArgumentException)
        {
            throw new DpuException(Errno.InputOutput, null, e);
        }
    }

    private DataPathBdev Find(string name) => bdevs.GetValueOrDefault(name) ?? throw new DpuException(Errno.NoDevice);

    private async Task<T> AloneAsync<T>(Func<Task<T>> work, CancellationToken token)
    {
        await gate.WaitAsync(token);
        try
        {
            return await work();
        }
        finally
        {
            gate.Release();
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Name} cannot be served yet: {Reason}")]
    private partial void LogNotRestored(string name, string reason);
}
