namespace Lab.Emulators.Storage.Store;

/// <summary>Counts the chunks that hold data against the pool's size.</summary>
internal sealed class PoolSpace(long? sizeBytes)
{
    private readonly long chunksMax = sizeBytes is { } bytes ? bytes >> StoreLimits.ChunkShift : long.MaxValue;
    private long chunks;

    /// <summary>Null when only the disk bounds the pool.</summary>
    public long? SizeBytes => sizeBytes;

    public long UsedBytes => Volatile.Read(ref chunks) << StoreLimits.ChunkShift;

    /// <exception cref="StoreException">The pool is full.</exception>
    public void Take(long count)
    {
        if (Interlocked.Add(ref chunks, count) <= chunksMax)
            return;
        Return(count);
        throw new StoreException(StoreError.NoSpace, $"the pool is full: {sizeBytes} bytes");
    }

    /// <summary>Counts what is on disk already, be it more than the pool's size.</summary>
    public void Adopt(long count) => Interlocked.Add(ref chunks, count);

    public void Return(long count) => Interlocked.Add(ref chunks, -count);
}
