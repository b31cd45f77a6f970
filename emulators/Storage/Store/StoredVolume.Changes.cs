using System.Buffers;
using Lab.Emulators.Storage.Linux;
using Microsoft.Win32.SafeHandles;

namespace Lab.Emulators.Storage.Store;

/// <summary>What changes a volume's bytes.</summary>
internal sealed partial class StoredVolume
{
    public void Read(long offset, Span<byte> destination)
    {
        CheckRange(offset, destination.Length);
        var layers = chain;
        try
        {
            while (!destination.IsEmpty)
            {
                var run = (int)layers.FindRun(offset, destination.Length, out var owner);
                if (owner is null)
                    destination[..run].Clear();
                else
                    ReadFully(owner.Data, destination[..run], offset);
                offset += run;
                destination = destination[run..];
            }
        }
        catch (IOException error)
        {
            throw Failed(error);
        }
    }

    public void Write(long offset, ReadOnlySpan<byte> source, bool durable)
    {
        CheckRange(offset, source.Length);
        ThrowIfFailed();
        shape.EnterReadLock();
        try
        {
            var layers = chain;
            while (!source.IsEmpty)
            {
                var written = WriteRun(layers, offset, source);
                offset += written;
                source = source[written..];
            }
        }
        catch (IOException error)
        {
            throw Failed(error);
        }
        finally
        {
            Interlocked.Increment(ref changes);
            shape.ExitReadLock();
        }
        if (durable)
            Flush();
    }

    public void WriteZeroes(long offset, long length, ZeroMode mode, bool durable)
    {
        CheckRange(offset, length);
        Exclusively(layers =>
        {
            while (length > 0)
            {
                var done = mode == ZeroMode.Release ? ReleaseRun(layers, offset, length) : AllocateRun(layers, offset, length, mode);
                offset += done;
                length -= done;
            }
        });
        if (durable)
            Flush();
    }

    public void Trim(long offset, long length, bool durable)
    {
        CheckRange(offset, length);
        // A chunk that ends with the volume is whole, however short.
        var end = offset + length == SizeBytes ? LayerMap.ChunkCount(SizeBytes) : (offset + length) >> StoreLimits.ChunkShift;
        var first = LayerMap.ChunkCount(offset);
        if (first < end)
            Exclusively(layers => ReleaseChunks(layers, first, end - first));
        if (durable)
            Flush();
    }

    /// <summary>Writes the first bytes that are kept alike; returns how many.</summary>
    private int WriteRun(LayerChain layers, long offset, ReadOnlySpan<byte> source)
    {
        var chunk = offset >> StoreLimits.ChunkShift;
        var within = (int)(offset & (StoreLimits.ChunkBytes - 1));
        var chunks = (within + source.Length + StoreLimits.ChunkBytes - 1L) >> StoreLimits.ChunkShift;
        var top = layers.Top;
        var state = top.Map.GetRun(chunk, chunks, out var run);
        if (state == ChunkState.Data)
        {
            var length = (int)Math.Min(source.Length, (run << StoreLimits.ChunkShift) - within);
            RandomAccess.Write(top.Data, source[..length], offset);
            return length;
        }
        Layer? below = null;
        if (state == ChunkState.Absent)
            run = layers.FindBelow(chunk, run, out below);
        if (below is not null)
        {
            var length = Math.Min(source.Length, StoreLimits.ChunkBytes - within);
            CopyAndWrite(top, below, chunk, within, source[..length]);
            return length;
        }

        // Nothing shows through and the file is a hole there, so the rest of the chunk is zero already.
        var fresh = (int)Math.Min(source.Length, (run << StoreLimits.ChunkShift) - within);
        space.Take(run);
        var taken = 0L;
        try
        {
            RandomAccess.Write(top.Data, source[..fresh], offset);
            taken = top.Map.Set(chunk, run, ChunkState.Data);
        }
        finally
        {
            space.Return(run - taken);
        }
        return fresh;
    }

    /// <summary>Writes into a chunk whose other bytes show through from a layer below, whole, so that it never mixes with an old chunk.</summary>
    private void CopyAndWrite(Layer top, Layer below, long chunk, int within, ReadOnlySpan<byte> source)
    {
        var start = chunk << StoreLimits.ChunkShift;
        lock (copying[chunk % CopyStripes])
        {
            if (top.Map.Get(chunk) == ChunkState.Data)
            {
                RandomAccess.Write(top.Data, source, start + within);
                return;
            }
            var buffer = ArrayPool<byte>.Shared.Rent(StoreLimits.ChunkBytes);
            space.Take(1);
            var taken = 0L;
            try
            {
                var whole = buffer.AsSpan(0, StoreLimits.ChunkBytes);
                if (source.Length < StoreLimits.ChunkBytes)
                    ReadFully(below.Data, whole, start);
                source.CopyTo(whole[within..]);
                RandomAccess.Write(top.Data, whole, start);
                taken = top.Map.Set(chunk, 1, ChunkState.Data);
            }
            finally
            {
                space.Return(1 - taken);
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    /// <summary>Zeroes the first bytes and returns their space; returns how many.</summary>
    private long ReleaseRun(LayerChain layers, long offset, long length)
    {
        var chunk = offset >> StoreLimits.ChunkShift;
        var within = offset & (StoreLimits.ChunkBytes - 1);
        var endsVolume = offset + length == SizeBytes;
        var whole = endsVolume ? LayerMap.ChunkCount(SizeBytes) - chunk : ((offset + length) >> StoreLimits.ChunkShift) - chunk;
        if (within == 0 && whole > 0)
        {
            ReleaseChunks(layers, chunk, whole);
            return Math.Min(length, whole << StoreLimits.ChunkShift);
        }
        var part = Math.Min(length, StoreLimits.ChunkBytes - within);
        ZeroPart(layers, chunk, offset, part);
        return part;
    }

    private void ZeroPart(LayerChain layers, long chunk, long offset, long length)
    {
        var top = layers.Top;
        Layer? below = null;
        var state = top.Map.Get(chunk);
        if (state == ChunkState.Absent)
            layers.FindBelow(chunk, 1, out below);
        if (state == ChunkState.Data)
            Libc.Punch(top.Data, offset, length);
        else if (below is not null)
            WriteZeroBytes(layers, offset, length);
    }

    private void ReleaseChunks(LayerChain layers, long chunk, long count)
    {
        var top = layers.Top;
        while (count > 0)
        {
            var run = layers.FindBelow(chunk, count, out var below);
            var grown = top.Map.Set(chunk, run, below is null ? ChunkState.Absent : ChunkState.Zero);
            space.Return(-grown);
            if (grown != 0)
                Libc.Punch(top.Data, chunk << StoreLimits.ChunkShift, run << StoreLimits.ChunkShift);
            chunk += run;
            count -= run;
        }
    }

    /// <summary>Zeroes the first bytes and keeps or takes their space; returns how many.</summary>
    private long AllocateRun(LayerChain layers, long offset, long length, ZeroMode mode)
    {
        var chunk = offset >> StoreLimits.ChunkShift;
        var within = offset & (StoreLimits.ChunkBytes - 1);
        var part = Math.Min(length, StoreLimits.ChunkBytes - within);
        var top = layers.Top;
        var state = top.Map.Get(chunk);
        var fresh = state != ChunkState.Data;
        if (state == ChunkState.Absent && part < StoreLimits.ChunkBytes)
        {
            layers.FindBelow(chunk, 1, out var below);
            if (below is not null)
            {
                WriteZeroBytes(layers, offset, part);
                return part;
            }
        }
        if (fresh)
            space.Take(1);
        try
        {
            if (!Libc.TryZero(top.Data, offset, part))
            {
                if (mode == ZeroMode.AllocateFast)
                    throw new StoreException(StoreError.NotSupported, "the file system has no fast zeroing that keeps space");
                RandomAccess.Write(top.Data, new byte[part], offset);
            }
        }
        catch
        {
            if (fresh)
                space.Return(1);
            throw;
        }
        if (fresh)
            top.Map.Set(chunk, 1, ChunkState.Data);
        return part;
    }

    private void WriteZeroBytes(LayerChain layers, long offset, long length)
    {
        var zeroes = new byte[length];
        for (var done = 0; done < zeroes.Length;)
            done += WriteRun(layers, offset + done, zeroes.AsSpan(done));
    }

    private void Exclusively(Action<LayerChain> change)
    {
        ThrowIfFailed();
        shape.EnterWriteLock();
        try
        {
            change(chain);
        }
        catch (IOException error)
        {
            throw Failed(error);
        }
        finally
        {
            Interlocked.Increment(ref changes);
            shape.ExitWriteLock();
        }
    }

    /// <summary>Reads; what lies behind the end of the file is zero.</summary>
    private static void ReadFully(SafeFileHandle file, Span<byte> destination, long offset)
    {
        while (!destination.IsEmpty)
        {
            var read = RandomAccess.Read(file, destination, offset);
            if (read == 0)
            {
                destination.Clear();
                return;
            }
            offset += read;
            destination = destination[read..];
        }
    }
}
