using Lab.Emulators.Storage.Store;

namespace Lab.Emulators.Storage.Faults;

/// <summary>A volume as fronts see it, with the faults that are set; without any it is the volume.</summary>
/// <param name="guard">Asked once more when a fault lets a request go on.</param>
internal sealed class FaultyVolume(IBlockVolume volume, FaultSet faults, IVolumeGuard? guard) : IBlockVolume
{
    public Guid Id => volume.Id;

    public long SizeBytes => volume.SizeBytes;

    private bool IsSound => faults.IsQuiet || !faults.Concerns(Id);

    public bool AnswersAtOnce => IsSound && volume.AnswersAtOnce;

    public bool TryRead(long offset, Span<byte> destination) => IsSound && volume.TryRead(offset, destination);

    public ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken token) =>
        IsSound ? volume.ReadAsync(offset, destination, token) : FaultyReadAsync(offset, destination, token);

    public ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> source, bool durable, CancellationToken token) =>
        IsSound ? volume.WriteAsync(offset, source, durable, token) : FaultyWriteAsync(offset, source, durable, token);

    public ValueTask WriteZeroesAsync(long offset, long length, ZeroMode mode, bool durable, CancellationToken token) =>
        IsSound
            ? volume.WriteZeroesAsync(offset, length, mode, durable, token)
            : FaultyChangeAsync(offset, length, () => volume.WriteZeroesAsync(offset, length, mode, durable, token), token);

    public ValueTask TrimAsync(long offset, long length, bool durable, CancellationToken token) =>
        IsSound
            ? volume.TrimAsync(offset, length, durable, token)
            : FaultyChangeAsync(offset, length, () => volume.TrimAsync(offset, length, durable, token), token);

    public ValueTask FlushAsync(CancellationToken token) => IsSound ? volume.FlushAsync(token) : FaultyFlushAsync(token);

    public VolumeExtent GetExtent(long offset, long lengthMax) =>
        faults.HeldOf(Id) is null ? volume.GetExtent(offset, lengthMax) : new VolumeExtent(lengthMax, HasData: true);

    private async ValueTask FaultyReadAsync(long offset, Memory<byte> destination, CancellationToken token)
    {
        await SufferAsync(FaultOperation.Read, offset, destination.Length, token);
        await volume.ReadAsync(offset, destination, token);
        faults.HeldOf(Id)?.Overlay(offset, destination.Span);
    }

    private async ValueTask FaultyWriteAsync(long offset, ReadOnlyMemory<byte> source, bool durable, CancellationToken token)
    {
        var isTorn = await SufferAsync(FaultOperation.Write, offset, source.Length, token);
        if (faults.Holds(Id) && faults.HoldFor(Id).TryHold(offset, source.Span))
            return;
        await DestageAsync(token);
        var kept = isTorn ? source[..(source.Length / HeldWrites.SectorBytes / 2 * HeldWrites.SectorBytes)] : source;
        await volume.WriteAsync(offset, kept, durable, token);
    }

    private async ValueTask FaultyChangeAsync(long offset, long length, Func<ValueTask> change, CancellationToken token)
    {
        await SufferAsync(FaultOperation.Write, offset, length, token);
        await DestageAsync(token);
        await change();
    }

    private async ValueTask FaultyFlushAsync(CancellationToken token)
    {
        await SufferAsync(FaultOperation.Flush, 0, 0, token);
        if (faults.Holds(Id))
            return;
        await DestageAsync(token);
        await volume.FlushAsync(token);
    }

    /// <summary>What every fault but a lost flush does before a request is done; true when its write is to be torn.</summary>
    private async ValueTask<bool> SufferAsync(FaultOperation operation, long offset, long length, CancellationToken token)
    {
        var isTorn = false;
        foreach (var fault in faults.Take(Id, operation, offset, length))
        {
            if (fault.Delay(length) is { Ticks: > 0 } delay)
                await Task.Delay(delay, faults.Time, token);
            if (fault.Rule.Kind == FaultKind.Disconnect)
                faults.Disconnect(Id);
            if (fault.Rule.Kind is FaultKind.Disconnect or FaultKind.Error)
                throw new StoreException(StoreError.Io, $"fault {fault.Id} is set");
            isTorn |= fault.Rule.Kind == FaultKind.TornWrite;
        }
        guard?.Demand(isChange: operation != FaultOperation.Read);
        return isTorn;
    }

    /// <summary>Once no fault holds them back, held writes go where they belong before anything else does.</summary>
    private async ValueTask DestageAsync(CancellationToken token)
    {
        if (faults.HeldOf(Id) is not { } held)
            return;
        await held.Destaging.WaitAsync(token);
        try
        {
            foreach (var (offset, data) in held.TakeAll())
                await volume.WriteAsync(offset, data, durable: false, token);
            if (!faults.Holds(Id))
                faults.Forget(Id);
        }
        finally
        {
            held.Destaging.Release();
        }
    }
}
