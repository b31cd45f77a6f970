using Lab.Emulators.Dpu.Backend;
using Lab.Emulators.Dpu.State;

namespace Lab.Emulators.Dpu.Card;

internal sealed partial class DpuCard
{
    /// <summary>Bdev names differ in case too, as in SPDK.</summary>
    public Bdev FindBdev(string name) => state.Bdevs.Find(b => b.Name == name) ?? throw new DpuException(Errno.NoDevice);

    /// <summary>Waits until a bdev of that name is there.</summary>
    /// <exception cref="DpuException"><see cref="Errno.TimedOut"/>: it did not come.</exception>
    public async Task<Bdev> WaitForBdevAsync(string name, TimeSpan timeout)
    {
        using var limit = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop.Token);
        while (true)
        {
            var next = changed.Task;
            if (state.Bdevs.Find(b => b.Name == name) is { } bdev)
                return bdev;
            try
            {
                await next.WaitAsync(either.Token);
            }
            catch (OperationCanceledException)
            {
                throw new DpuException(Errno.TimedOut);
            }
        }
    }

    /// <summary>Opens the bdev in the data path and remembers it.</summary>
    /// <exception cref="DpuException">The name is taken, or the volume cannot be reached.</exception>
    public Task CreateBdevAsync(Bdev bdev) => ExclusiveAsync(async () =>
    {
        if (bdev.Name.Length is 0 or > DpuLimits.NameLengthMax || bdev.Name.Contains('\0', StringComparison.Ordinal))
            throw new DpuException(Errno.Invalid);
        if (bdev.BlockSize is < 512 or > 32768 || (bdev.BlockSize & (bdev.BlockSize - 1)) != 0)
            throw new DpuException(Errno.Invalid);
        if (state.Bdevs.Exists(b => b.Name == bdev.Name || b.Uuid == bdev.Uuid))
            throw new DpuException(Errno.Exists);
        if (state.Bdevs.Count >= DpuLimits.BdevsMax)
            throw new DpuException(Errno.NoSpace);
        var sizeBytes = await backend.OpenAsync(bdev, stop.Token);
        await CommitOrUndoAsync(
            state with { Bdevs = state.Bdevs.Add(bdev with { NumBlocks = sizeBytes / bdev.BlockSize }) },
            () => backend.CloseAsync(bdev.Name, stop.Token));
    });

    /// <exception cref="DpuException">There is none of that kind, or a controller uses it.</exception>
    public Task DeleteBdevAsync(string name, BdevKind kind) => ExclusiveAsync(async () =>
    {
        var bdev = FindBdev(name);
        if (bdev.Kind != kind)
            throw new DpuException(Errno.NoDevice);
        if (state.BlkFunctions.Exists(f => f.Controller?.Bdev == name))
            throw new DpuException(Errno.Busy);
        await backend.CloseAsync(name, stop.Token);
        Commit(state with { Bdevs = state.Bdevs.Remove(bdev) });
    });

    public Task LimitBdevAsync(string name, Func<RateLimits, RateLimits> change) => ExclusiveAsync(async () =>
    {
        var bdev = FindBdev(name);
        var limits = change(bdev.Limits);
        await backend.LimitAsync(name, limits, stop.Token);
        await CommitOrUndoAsync(
            state with { Bdevs = state.Bdevs.Replace(bdev, bdev with { Limits = limits }) },
            () => backend.LimitAsync(name, bdev.Limits, stop.Token));
    });

    public Task<IReadOnlyDictionary<string, BdevCounters>> CountBdevsAsync() => backend.CountAsync(stop.Token);

    /// <summary>What cannot be remembered must not be there either.</summary>
    private async Task CommitOrUndoAsync(DpuState next, Func<Task> undo)
    {
        try
        {
            Commit(next);
        }
        catch (DpuException)
        {
            await undo();
            throw;
        }
    }
}
