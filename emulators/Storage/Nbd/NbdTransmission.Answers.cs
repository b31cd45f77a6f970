using System.Buffers;
using Lab.Emulators.Storage.Store;
using Lab.Emulators.Storage.Wire;
using Lab.Protocols.Nbd;

namespace Lab.Emulators.Storage.Nbd;

/// <summary>How each request is done and answered.</summary>
internal sealed partial class NbdTransmission
{
    private const uint AllocationContextId = 1;
    private const int CacheStepBytes = 1 << 20;

    /// <summary>Does what needs no wait; false, with nothing done, for what may.</summary>
    private bool TryAnswerAtOnce(NbdRequest request)
    {
        try
        {
            lock (output.Gate)
            {
                switch (request.Command)
                {
                    case NbdCommand.Read when request.Length <= InlineReadBytesMax:
                        return TryRead(request);
                    case NbdCommand.BlockStatus:
                        AnswerBlockStatus(request);
                        return true;
                    default:
                        return false;
                }
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
        if (structured && volume.AnswersAtOnce)
        {
            var extent = volume.GetExtent(offset, length);
            if (!extent.HasData && extent.Length == length)
            {
                NbdChunk.WriteHole(output.Reserve(NbdChunk.HoleSize), request.Cookie, request.Offset, request.Length);
                output.Commit(NbdChunk.HoleSize);
                return true;
            }
        }
        var prefix = structured ? NbdChunk.DataPrefixSize : NbdSimpleReply.Size;
        var span = output.Reserve(prefix + length);
        if (!volume.TryRead(offset, span.Slice(prefix, length)))
            return false;
        WriteReadPrefix(span, request);
        output.Commit(prefix + length);
        return true;
    }

    private NbdError WriteAtOnce(NbdRequest request, ReadOnlyMemory<byte> data)
    {
        try
        {
            // On a thread of this connection's own, so waiting keeps nobody else from anything.
            var writing = volume.WriteAsync((long)request.Offset, data, durable: false, CancellationToken.None);
            if (writing.IsCompleted)
                writing.GetAwaiter().GetResult();
            else
                writing.AsTask().GetAwaiter().GetResult();
            return NbdError.None;
        }
        catch (StoreException failure)
        {
            return ErrorOf(failure);
        }
    }

    private void StartAside(NbdWork work)
    {
        // Whoever is waited for may itself wait for its answer to be taken.
        SendAnswers();
        budget.Enter(work.Bytes);
        _ = DoAsideAsync(work);
    }

    /// <summary>Does what may wait, and answers. It is not cancelled when the client goes: the client may have gone after a flush.</summary>
    private async Task DoAsideAsync(NbdWork work)
    {
        try
        {
            if (work.Request.Command == NbdCommand.Read)
                await ReadAsideAsync(work.Request);
            else
                AnswerNow(work.Request, await ChangeAsync(work, CancellationToken.None));
        }
        catch (Exception failure)
        {
            // Whatever went wrong, a client that gets no answer waits for ever.
            LogRequestFailed(work.Request.Command, failure);
            AnswerNow(work.Request, NbdError.Io);
        }
        finally
        {
            work.Dispose();
            budget.Leave(work.Bytes);
        }
    }

    private async Task ReadAsideAsync(NbdRequest request)
    {
        var prefix = structured ? NbdChunk.DataPrefixSize : NbdSimpleReply.Size;
        var length = (int)request.Length;
        var buffer = ArrayPool<byte>.Shared.Rent(prefix + length);
        try
        {
            await volume.ReadAsync((long)request.Offset, buffer.AsMemory(prefix, length), CancellationToken.None);
            WriteReadPrefix(buffer, request);
            lock (output.Gate)
                output.SendWith(buffer.AsSpan(0, prefix + length));
        }
        catch (StoreException failure)
        {
            AnswerNow(request, ErrorOf(failure));
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
            NbdChunk.WriteBlockStatus(output.Reserve(size), request.Cookie, AllocationContextId, extents.AsSpan(0, count));
            output.Commit(size);
        }
        finally
        {
            ArrayPool<NbdExtent>.Shared.Return(extents);
        }
    }

    private void AnswerNow(NbdRequest request, NbdError error)
    {
        lock (output.Gate)
        {
            Answer(request, error);
            output.Send();
        }
    }

    /// <summary>An answer without data, which leaves with the next.</summary>
    private void Answer(NbdRequest request, NbdError error)
    {
        lock (output.Gate)
        {
            // With structured replies a read never gets a simple one, not even to say no.
            if (structured && request.Command is NbdCommand.Read or NbdCommand.BlockStatus)
            {
                NbdChunk.WriteError(output.Reserve(NbdChunk.ErrorSize), request.Cookie, error);
                output.Commit(NbdChunk.ErrorSize);
                return;
            }
            new NbdSimpleReply(error, request.Cookie).Write(output.Reserve(NbdSimpleReply.Size));
            output.Commit(NbdSimpleReply.Size);
        }
    }

    private void WriteReadPrefix(Span<byte> destination, NbdRequest request)
    {
        if (structured)
            NbdChunk.WriteDataPrefix(destination, request.Cookie, request.Offset, request.Length);
        else
            new NbdSimpleReply(NbdError.None, request.Cookie).Write(destination);
    }

    [LoggerMessage(LogLevel.Error, "NBD request {Command} failed")]
    private partial void LogRequestFailed(NbdCommand command, Exception failure);

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
