using Lab.Emulators.Storage.Linux;

namespace Lab.Emulators.Storage.Store;

/// <summary>
/// A volume over its chain of layers. The core is synchronous, since what it does is mostly memory copies to and from the page cache; what may
/// wait for the disk goes to the thread pool.
/// <para>
/// Locks, in the order they are taken: <c>shape</c> is shared by writes and exclusive to what takes chunks away or swaps the top layer;
/// <c>flushing</c> makes flushes one at a time, so that those who waited find their work done; a stripe of <c>copying</c> covers the copy of a
/// chunk from below.
/// </para>
/// </summary>
internal sealed partial class StoredVolume : IBlockVolume, IDisposable
{
    private const int CopyStripes = 64;

    private readonly PoolSpace space;
    private readonly ReaderWriterLockSlim shape = new();
    private readonly Lock flushing = new();
    private readonly Lock[] copying;
    private volatile LayerChain chain;
    private long sizeBytes;
    private long changes;
    private long durableChanges;
    private volatile Exception? failure;

    public StoredVolume(Guid id, Layer top, PoolSpace space)
    {
        Id = id;
        this.space = space;
        chain = new LayerChain(top);
        sizeBytes = top.SizeBytes;
        copying = new Lock[CopyStripes];
        for (var i = 0; i < copying.Length; i++)
            copying[i] = new Lock();
    }

    public Guid Id { get; }

    public long SizeBytes => Volatile.Read(ref sizeBytes);

    /// <summary>Makes the volume ready for its first use.</summary>
    /// <exception cref="StoreException">A layer is damaged.</exception>
    public void Open()
    {
        if (chain.Damage is { } damage)
            throw new StoreException(StoreError.Damaged, damage);
        Guarded(() => chain.Top.Sweep());
    }

    public bool AnswersAtOnce => true;

    public bool TryRead(long offset, Span<byte> destination)
    {
        CheckRange(offset, destination.Length);
        var layers = chain;
        while (!destination.IsEmpty)
        {
            var run = layers.FindRun(offset, destination.Length, out var owner);
            var part = destination[..(int)run];
            if (owner is null)
                part.Clear();
            else if (Libc.ReadCached(owner.Data, part, offset) != part.Length)
                return false;
            offset += run;
            destination = destination[(int)run..];
        }
        return true;
    }

    public ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken token) =>
        TryRead(offset, destination.Span)
            ? ValueTask.CompletedTask
            : new ValueTask(Task.Run(() => Read(offset, destination.Span), token));

    public ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> source, bool durable, CancellationToken token)
    {
        if (durable || source.Length > StoreLimits.InlineWriteBytesMax)
            return WriteAsideAsync(offset, source, durable, token);
        Write(offset, source.Span, durable);
        return ValueTask.CompletedTask;
    }

    /// <summary>By itself, since whoever holds a lambda allocates what it captures even when it takes another way.</summary>
    private ValueTask WriteAsideAsync(long offset, ReadOnlyMemory<byte> source, bool durable, CancellationToken token) =>
        new(Task.Run(() => Write(offset, source.Span, durable), token));

    public ValueTask WriteZeroesAsync(long offset, long length, ZeroMode mode, bool durable, CancellationToken token) =>
        new(Task.Run(() => WriteZeroes(offset, length, mode, durable), token));

    public ValueTask TrimAsync(long offset, long length, bool durable, CancellationToken token) =>
        new(Task.Run(() => Trim(offset, length, durable), token));

    public ValueTask FlushAsync(CancellationToken token) => new(Task.Run(Flush, token));

    public VolumeExtent GetExtent(long offset, long lengthMax)
    {
        CheckRange(offset, lengthMax);
        var layers = chain;
        var length = layers.FindRun(offset, lengthMax, out var owner);
        while (length < lengthMax)
        {
            var more = layers.FindRun(offset + length, lengthMax - length, out var next);
            if (next is null != owner is null)
                break;
            length += more;
        }
        return new VolumeExtent(length, owner is not null);
    }

    public void Flush()
    {
        var target = Volatile.Read(ref changes);
        lock (flushing)
        {
            if (Volatile.Read(ref durableChanges) < target)
                PersistTop();
        }
    }

    /// <summary>Seals the top layer as it is now and goes on in a new one.</summary>
    /// <param name="makeTop">Makes the empty layer that goes on top of the given one.</param>
    /// <param name="commit">Makes the change known on disk; if it throws, nothing has changed.</param>
    public void Seal(Func<Layer, Layer> makeTop, Action<Layer> commit)
    {
        Flush();
        shape.EnterWriteLock();
        try
        {
            lock (flushing)
            {
                PersistTop();
                var top = makeTop(chain.Top);
                try
                {
                    commit(top);
                }
                catch
                {
                    top.Delete();
                    throw;
                }
                chain = new LayerChain(top);
            }
        }
        finally
        {
            shape.ExitWriteLock();
        }
    }

    /// <summary>Grows the volume.</summary>
    /// <param name="commit">As in <see cref="Seal"/>.</param>
    public void Grow(long newSizeBytes, Action commit)
    {
        shape.EnterWriteLock();
        try
        {
            lock (flushing)
            {
                Guarded(() => chain.Top.Extend(newSizeBytes));
                commit();
                chain.Top.Grow(newSizeBytes);
                Volatile.Write(ref sizeBytes, newSizeBytes);
            }
        }
        finally
        {
            shape.ExitWriteLock();
        }
    }

    public void Dispose() => shape.Dispose();

    private void PersistTop()
    {
        ThrowIfFailed();
        var covered = Volatile.Read(ref changes);
        try
        {
            chain.Top.Persist();
        }
        catch (IOException error)
        {
            // The kernel reports a lost write once; no later flush may claim that all is well.
            failure = error;
            throw Failed(error);
        }
        Volatile.Write(ref durableChanges, covered);
    }

    private void CheckRange(long offset, long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, SizeBytes - length);
    }

    private void ThrowIfFailed()
    {
        if (failure is { } error)
            throw Failed(error);
    }

    private static void Guarded(Action action)
    {
        try
        {
            action();
        }
        catch (IOException error)
        {
            throw Failed(error);
        }
    }

    private static StoreException Failed(Exception error) => error.HResult == Libc.ErrnoNoSpace
        ? new StoreException(StoreError.NoSpace, "the disk under the pool is full", error)
        : new StoreException(StoreError.Io, error.Message, error);
}
