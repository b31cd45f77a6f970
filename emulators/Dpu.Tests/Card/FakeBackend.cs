using System.Collections.Concurrent;
using Lab.Emulators.Dpu.Backend;
using Lab.Emulators.Dpu.State;

namespace Lab.Emulators.Dpu.Tests.Card;

/// <summary>Remembers what it was told; URLs with "unreachable" fail.</summary>
internal sealed class FakeBackend : IVirtioBlkBackend
{
    public const ulong SizeBytes = 1 << 20;

    public ConcurrentDictionary<string, Bdev> Bdevs { get; } = new();

    public ConcurrentDictionary<string, BlkExport> Exports { get; } = new();

    public int Starts { get; private set; }

    public Task StartAsync(BackendLayout layout, CancellationToken token)
    {
        Starts++;
        foreach (var bdev in layout.Bdevs)
            Bdevs[bdev.Name] = bdev;
        foreach (var export in layout.Exports)
            Exports[export.Socket] = export;
        return Task.CompletedTask;
    }

    public Task<ulong> OpenAsync(Bdev bdev, CancellationToken token)
    {
        if (bdev.Url?.Contains("unreachable", StringComparison.Ordinal) == true)
            throw new DpuException(Errno.InputOutput);
        Bdevs[bdev.Name] = bdev;
        return Task.FromResult(bdev.NumBlocks > 0 ? bdev.NumBlocks * bdev.BlockSize : SizeBytes);
    }

    public Task CloseAsync(string bdev, CancellationToken token)
    {
        Bdevs.TryRemove(bdev, out _);
        return Task.CompletedTask;
    }

    public Task LimitAsync(string bdev, RateLimits limits, CancellationToken token)
    {
        Bdevs[bdev] = Bdevs[bdev] with { Limits = limits };
        return Task.CompletedTask;
    }

    public Task ExportAsync(BlkExport export, CancellationToken token)
    {
        Exports[export.Socket] = export;
        return Task.CompletedTask;
    }

    public Task UnexportAsync(string socket, CancellationToken token)
    {
        Exports.TryRemove(socket, out _);
        return Task.CompletedTask;
    }

    public Task<IReadOnlyDictionary<string, BdevCounters>> CountAsync(CancellationToken token) =>
        Task.FromResult<IReadOnlyDictionary<string, BdevCounters>>(Bdevs.ToDictionary(b => b.Key, _ => new BdevCounters { NumUnmapOps = 3 }));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
