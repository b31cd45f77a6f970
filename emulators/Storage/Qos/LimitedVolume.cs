using Lab.Emulators.Storage.Store;

namespace Lab.Emulators.Storage.Qos;

/// <summary>A volume as one user of it sees it, behind the volume's limits.</summary>
/// <param name="guard">Asked once more when a request that waited goes on.</param>
internal sealed class LimitedVolume(IBlockVolume volume, VolumeLimiter limiter, IVolumeGuard? guard) : IBlockVolume, IDisposable
{
    private readonly CancellationTokenSource leaving = new();

    public Guid Id => volume.Id;

    public long SizeBytes => volume.SizeBytes;

    public bool AnswersAtOnce => !limiter.IsLimited && volume.AnswersAtOnce;

    /// <summary>The user goes: requests of it that wait do so no longer.</summary>
    public void Hurry() => leaving.Cancel();

    public bool TryRead(long offset, Span<byte> destination)
    {
        if (!limiter.TryTake(isRead: true, destination.Length))
            return false;
        if (volume.TryRead(offset, destination))
            return true;
        // Whoever asked asks again, in a way that may wait.
        limiter.Return(isRead: true, destination.Length);
        return false;
    }

    public ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken token)
    {
        var turn = limiter.TakeAsync(isRead: true, destination.Length, leaving.Token);
        return turn.IsCompletedSuccessfully ? volume.ReadAsync(offset, destination, token) : ReadAfterAsync(turn, offset, destination, token);
    }

    public ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> source, bool durable, CancellationToken token)
    {
        var turn = limiter.TakeAsync(isRead: false, source.Length, leaving.Token);
        return turn.IsCompletedSuccessfully
            ? volume.WriteAsync(offset, source, durable, token)
            : WriteAfterAsync(turn, offset, source, durable, token);
    }

    public async ValueTask WriteZeroesAsync(long offset, long length, ZeroMode mode, bool durable, CancellationToken token)
    {
        await AwaitAsync(limiter.TakeAsync(isRead: false, 0, leaving.Token), isChange: true);
        await volume.WriteZeroesAsync(offset, length, mode, durable, token);
    }

    public async ValueTask TrimAsync(long offset, long length, bool durable, CancellationToken token)
    {
        await AwaitAsync(limiter.TakeAsync(isRead: false, 0, leaving.Token), isChange: true);
        await volume.TrimAsync(offset, length, durable, token);
    }

    /// <summary>It moves nothing, and must not wait behind data that it does not cover.</summary>
    public ValueTask FlushAsync(CancellationToken token) => volume.FlushAsync(token);

    public VolumeExtent GetExtent(long offset, long lengthMax) => volume.GetExtent(offset, lengthMax);

    public void Dispose() => leaving.Dispose();

    private async ValueTask ReadAfterAsync(ValueTask turn, long offset, Memory<byte> destination, CancellationToken token)
    {
        await AwaitAsync(turn, isChange: false);
        await volume.ReadAsync(offset, destination, token);
    }

    private async ValueTask WriteAfterAsync(ValueTask turn, long offset, ReadOnlyMemory<byte> source, bool durable, CancellationToken token)
    {
        await AwaitAsync(turn, isChange: true);
        await volume.WriteAsync(offset, source, durable, token);
    }

    private async ValueTask AwaitAsync(ValueTask turn, bool isChange)
    {
        if (turn.IsCompletedSuccessfully)
            return;
        await turn;
        guard?.Demand(isChange);
    }
}
