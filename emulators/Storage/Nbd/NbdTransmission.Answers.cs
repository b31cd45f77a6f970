using System.Buffers;
using Lab.Emulators.Storage.Store;
using Lab.Protocols.Nbd;

namespace Lab.Emulators.Storage.Nbd;

/// <summary>How each request is done and answered.</summary>
internal sealed partial class NbdTransmission
{
    private const uint AllocationContextId = 1;
    private const int CacheStepBytes = 1 << 20;

    /// <summary>Does what needs no wait. The caller may send.</summary>
    private bool TryAnswerAtOnce(NbdWork work)
    {
        var request = work.Request;
        if (work.Error != NbdError.None)
        {
            Answer(request, work.Error);
            return true;
        }
        try
        {
            switch (request.Command)
            {
                case NbdCommand.Read when request.Length <= InlineReadBytesMax:
                    return TryRead(request);
                case NbdCommand.BlockStatus:
                    AnswerBlockStatus(request);
                    return true;
                case NbdCommand.Write when request.Length <= StoreLimits.InlineWriteBytesMax && !request.Flags.HasFlag(NbdCommandFlags.Fua):
                    using (work)
                    {
                        var writing = volume.WriteAsync((long)request.Offset, work.Data, durable: false, default);
                        if (!writing.IsCompletedSuccessfully)
                            writing.AsTask().GetAwaiter().GetResult();
                    }
                    Answer(request, NbdError.None);
                    return true;
                default:
                    return false;
            }
        }
        catch (StoreException failure)
        {
            Answer(request, ErrorOf(failure));
            return true;
        }
    }

    private bool TryRead(NbdRequest request)
    {
        var offset = (long)request.Offset;
        var length = (int)request.Length;
        if (structured)
        {
            var extent = volume.GetExtent(offset, length);
            if (!extent.HasData && extent.Length == length)
            {
                NbdChunk.WriteHole(output.GetSpan(NbdChunk.HoleSize), request.Cookie, request.Offset, request.Length);
                Advance(NbdChunk.HoleSize);
                return true;
            }
        }
        var prefix = structured ? NbdChunk.DataPrefixSize : NbdSimpleReply.Size;
        var span = output.GetSpan(prefix + length);
        if (!volume.TryRead(offset, span.Slice(prefix, length)))
            return false;
        WriteReadPrefix(span, request);
        Advance(prefix + length);
        return true;
    }

    private void StartAside(NbdWork work, CancellationToken token) => _ = DoAsideAsync(work, token);

    /// <summary>Does what may wait, and answers. Never throws: the loop learns of a lost connection by itself.</summary>
    private async Task DoAsideAsync(NbdWork work, CancellationToken token)
    {
        try
        {
            if (work.Request.Command == NbdCommand.Read)
                await ReadAsideAsync(work.Request, token);
            else
                await SendAsync(work.Request, await ChangeAsync(work, token), token);
        }
        catch (Exception failure) when (failure is IOException or OperationCanceledException or InvalidOperationException)
        {
            // The connection is gone, and with it whoever wanted the answer.
        }
        finally
        {
            work.Dispose();
            budget.Leave(work.Bytes);
        }
    }

    private async Task ReadAsideAsync(NbdRequest request, CancellationToken token)
    {
        var prefix = structured ? NbdChunk.DataPrefixSize : NbdSimpleReply.Size;
        var length = (int)request.Length;
        var buffer = ArrayPool<byte>.Shared.Rent(prefix + length);
        try
        {
            await volume.ReadAsync((long)request.Offset, buffer.AsMemory(prefix, length), token);
            WriteReadPrefix(buffer, request);
            await sending.WaitAsync(token);
            try
            {
                await output.WriteAsync(buffer.AsMemory(0, prefix + length), token);
            }
            finally
            {
                sending.Release();
            }
        }
        catch (StoreException failure)
        {
            await SendAsync(request, ErrorOf(failure), token);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task<NbdError> ChangeAsync(NbdWork work, CancellationToken token)
    {
        var request = work.Request;
        var offset = (long)request.Offset;
        var durable = request.Flags.HasFlag(NbdCommandFlags.Fua);
        try
        {
            switch (request.Command)
            {
                case NbdCommand.Write:
                    await volume.WriteAsync(offset, work.Data, durable, token);
                    break;
                case NbdCommand.Flush:
                    await volume.FlushAsync(token);
                    break;
                case NbdCommand.Trim:
                    await volume.TrimAsync(offset, request.Length, durable, token);
                    break;
                case NbdCommand.WriteZeroes:
                    await volume.WriteZeroesAsync(offset, request.Length, ZeroModeOf(request.Flags), durable, token);
                    break;
                case NbdCommand.Cache:
                    await CacheAsync(offset, request.Length, token);
                    break;
                default:
                    return NbdError.Invalid;
            }
            return NbdError.None;
        }
        catch (StoreException failure)
        {
            return ErrorOf(failure);
        }
    }

    private async Task CacheAsync(long offset, long length, CancellationToken token)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(CacheStepBytes);
        try
        {
            while (length > 0)
            {
                var extent = volume.GetExtent(offset, length);
                var step = extent.HasData ? Math.Min(extent.Length, CacheStepBytes) : extent.Length;
                if (extent.HasData)
                    await volume.ReadAsync(offset, buffer.AsMemory(0, (int)step), token);
                offset += step;
                length -= step;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void AnswerBlockStatus(NbdRequest request)
    {
        var extentsMax = request.Flags.HasFlag(NbdCommandFlags.ReqOne) ? 1 : NbdLimits.ExtentsMax;
        var extents = ArrayPool<NbdExtent>.Shared.Rent(extentsMax);
        try
        {
            var count = 0;
            var offset = (long)request.Offset;
            for (long left = request.Length; left > 0 && count < extentsMax;)
            {
                var extent = volume.GetExtent(offset, left);
                extents[count++] = new NbdExtent(
                    (uint)extent.Length, extent.HasData ? NbdExtentState.Data : NbdExtentState.Hole | NbdExtentState.Zero);
                offset += extent.Length;
                left -= extent.Length;
            }
            var size = NbdChunk.BlockStatusSize(count);
            NbdChunk.WriteBlockStatus(output.GetSpan(size), request.Cookie, AllocationContextId, extents.AsSpan(0, count));
            Advance(size);
        }
        finally
        {
            ArrayPool<NbdExtent>.Shared.Return(extents);
        }
    }

    private async Task SendAsync(NbdRequest request, NbdError error, CancellationToken token)
    {
        await sending.WaitAsync(token);
        try
        {
            Answer(request, error);
            waiting = 0;
            await output.FlushAsync(token);
        }
        finally
        {
            sending.Release();
        }
    }

    /// <summary>Writes an answer without data; the caller may send.</summary>
    private void Answer(NbdRequest request, NbdError error)
    {
        // With structured replies a read never gets a simple one, not even to say no.
        if (structured && request.Command is NbdCommand.Read or NbdCommand.BlockStatus)
        {
            NbdChunk.WriteError(output.GetSpan(NbdChunk.ErrorSize), request.Cookie, error);
            Advance(NbdChunk.ErrorSize);
            return;
        }
        new NbdSimpleReply(error, request.Cookie).Write(output.GetSpan(NbdSimpleReply.Size));
        Advance(NbdSimpleReply.Size);
    }

    private void WriteReadPrefix(Span<byte> destination, NbdRequest request)
    {
        if (structured)
            NbdChunk.WriteDataPrefix(destination, request.Cookie, request.Offset, request.Length);
        else
            new NbdSimpleReply(NbdError.None, request.Cookie).Write(destination);
    }

    private void Advance(int bytes)
    {
        output.Advance(bytes);
        waiting += bytes;
    }

    private static ZeroMode ZeroModeOf(NbdCommandFlags flags) => (flags & (NbdCommandFlags.NoHole | NbdCommandFlags.FastZero)) switch
    {
        NbdCommandFlags.NoHole => ZeroMode.Allocate,
        NbdCommandFlags.NoHole | NbdCommandFlags.FastZero => ZeroMode.AllocateFast,
        _ => ZeroMode.Release,
    };

    private static NbdError ErrorOf(StoreException failure) => failure.Error switch
    {
        StoreError.NoSpace => NbdError.NoSpace,
        StoreError.Invalid => NbdError.Invalid,
        StoreError.NotSupported => NbdError.NotSupported,
        _ => NbdError.Io,
    };
}
