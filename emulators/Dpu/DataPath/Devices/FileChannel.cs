using System.Runtime.InteropServices;
using Lab.Emulators.Dpu.Linux;

namespace Lab.Emulators.Dpu.DataPath.Devices;

/// <summary>One reactor's way to a file.</summary>
internal sealed unsafe class FileChannel : IIoChannel
{
    /// <summary>Bytes of zeroes written at once where the file system has no zero range.</summary>
    private const int ZeroesBytes = 64 * 1024;

    private readonly AioDevice device;
    private readonly FileWorkers workers;
    private readonly Reactor reactor;
    private readonly Queue<(BlockRequest Request, BlockStatus Status)> done = new();
    private readonly Action completeDone;

    public FileChannel(AioDevice device, FileWorkers workers, Reactor reactor)
    {
        this.device = device;
        this.workers = workers;
        this.reactor = reactor;
        completeDone = CompleteDone;
    }

    public void Submit(BlockRequest request)
    {
        if (request.Operation == BlockOperation.Read && Transfer(request, FileIo.NoWait) == BlockStatus.Ok)
            request.Complete(BlockStatus.Ok);
        else if (device.IsReadOnly && request.Operation is not (BlockOperation.Read or BlockOperation.Flush))
            request.Complete(BlockStatus.IoError);
        else
            workers.Add(this, request);
    }

    public void Kick()
    {
    }

    public void Dispose()
    {
    }

    /// <summary>On a worker's thread.</summary>
    public BlockStatus Execute(BlockRequest request) => request.Operation switch
    {
        BlockOperation.Read or BlockOperation.Write => Transfer(request, flags: 0),
        BlockOperation.Flush => device.IsReadOnly || FileIo.Synchronize(device.File) == 0 ? BlockStatus.Ok : BlockStatus.IoError,
        BlockOperation.Discard => Allocate(request, FileIo.PunchHole) ?? BlockStatus.Unsupported,
        BlockOperation.WriteZeroes => Allocate(request, FileIo.ZeroRange) ?? WriteZeroes(request),
        _ => BlockStatus.Unsupported,
    };

    /// <summary>On a worker's thread: the request is completed on the reactor's.</summary>
    public void Finish(BlockRequest request, BlockStatus status)
    {
        lock (done)
        {
            done.Enqueue((request, status));
            if (done.Count > 1)
                return;
        }
        reactor.Post(completeDone);
    }

    private void CompleteDone()
    {
        while (true)
        {
            (BlockRequest Request, BlockStatus Status) next;
            lock (done)
            {
                if (!done.TryPeek(out next))
                    return;
            }
            next.Request.Complete(next.Status);
            // Taken only now: while it lies there, nobody posts again.
            lock (done)
                done.Dequeue();
        }
    }

    private BlockStatus Transfer(BlockRequest request, int flags)
    {
        Span<IoVector> vectors = stackalloc IoVector[IoVector.CountMax];
        var segments = request.Segments;
        var offset = (long)request.Offset;
        while (segments.Length > 0)
        {
            var count = Math.Min(segments.Length, vectors.Length);
            for (var i = 0; i < count; i++)
                vectors[i] = new IoVector(segments[i]);
            if (!TransferAll(request.Operation, vectors[..count], ref offset, flags))
                return BlockStatus.IoError;
            segments = segments[count..];
        }
        return BlockStatus.Ok;
    }

    private bool TransferAll(BlockOperation operation, Span<IoVector> vectors, ref long offset, int flags)
    {
        while (vectors.Length > 0)
        {
            nint moved;
            fixed (IoVector* first = vectors)
                moved = operation == BlockOperation.Read
                    ? FileIo.Read(device.File, first, vectors.Length, offset, flags)
                    : FileIo.Write(device.File, first, vectors.Length, offset, flags);
            if (moved < 0 && Marshal.GetLastPInvokeError() == FileIo.ErrnoInterrupted)
                continue;
            if (moved <= 0)
                return false;
            offset += moved;
            vectors = vectors[IoVector.Consume(vectors, moved)..];
        }
        return true;
    }

    /// <returns>Null when the file system does not know how.</returns>
    private BlockStatus? Allocate(BlockRequest request, int mode)
    {
        if (FileIo.Allocate(device.File, mode, (long)request.Offset, (long)request.Length) == 0)
            return BlockStatus.Ok;
        return Marshal.GetLastPInvokeError() == FileIo.ErrnoNotSupported ? null : BlockStatus.IoError;
    }

    private BlockStatus WriteZeroes(BlockRequest request)
    {
        Span<byte> zeroes = stackalloc byte[ZeroesBytes];
        zeroes.Clear();
        try
        {
            for (ulong at = 0; at < request.Length; at += ZeroesBytes)
                RandomAccess.Write(device.File, zeroes[..(int)Math.Min(ZeroesBytes, request.Length - at)], (long)(request.Offset + at));
            return BlockStatus.Ok;
        }
        catch (IOException)
        {
            return BlockStatus.IoError;
        }
    }
}
