namespace Lab.Emulators.Dpu.DataPath.NvmeTcp;

/// <summary>
/// One reactor's way to a namespace: gives requests to the best path there is, and keeps them while there is none. The one place where a
/// request is completed, so it is completed once.
/// </summary>
internal sealed class NvmeChannel : IIoChannel, IGuardWaiter
{
    /// <summary>Times that a command is tried again when the target says it may be (SPDK's bdev_retry_count).</summary>
    private const int RetriesMax = 3;

    private readonly NvmeNamespace device;
    private readonly Reactor reactor;
    private readonly List<IoPath> paths = [];
    private readonly Stack<NvmeIo> free = new();
    private readonly Action retryHeld;
    private NvmeIoList waiting;
    private NvmeIoList held;
    private ulong sequence;
    private int isWoken;
    private bool isClosed;

    public NvmeChannel(NvmeNamespace device, Reactor reactor)
    {
        this.device = device;
        this.reactor = reactor;
        retryHeld = RetryHeld;
    }

    public NvmeNamespace Namespace => device;

    public Reactor Reactor => reactor;

    public WriteGuard Guard => device.Guard;

    public void Submit(BlockRequest request)
    {
        if (request is { Length: 0, Operation: not BlockOperation.Flush })
        {
            request.Complete(BlockStatus.Ok);
            return;
        }
        if (!free.TryPop(out var io))
            io = new NvmeIo(this);
        io.Begin(request, sequence++);
        if (io.IsWrite && !TryEnter(io))
        {
            held.AddLast(io);
            return;
        }
        waiting.AddLast(io);
        Dispatch();
    }

    public void Kick()
    {
        foreach (var path in paths)
            path.Queue?.Flush();
    }

    /// <summary>A path that the channel may use from now on.</summary>
    public void AddPath(IoPath path)
    {
        if (isClosed || paths.Contains(path))
            return;
        paths.Add(path);
        path.Attach(this);
        OnPathChanged();
    }

    public void RemovePath(IoPath path)
    {
        if (!paths.Remove(path))
            return;
        path.Detach(this);
        OnPathChanged();
    }

    /// <summary>A path came, went, or has another state; or commands ended and made room.</summary>
    public void OnPathChanged()
    {
        if (waiting.First is null)
            return;
        Dispatch();
        Kick();
    }

    /// <summary>All of <paramref name="io"/>'s commands made so far have ended.</summary>
    public void OnEnded(NvmeIo io)
    {
        // One that waits for room for its other commands is ended in its turn.
        if (io.IsDispatched)
            End(io);
    }

    /// <summary>The path is lost with these requests under way; they go again before those that never went.</summary>
    /// <param name="lost">In the order in which they were submitted.</param>
    public void Replay(IReadOnlyList<NvmeIo> lost)
    {
        for (var i = lost.Count - 1; i >= 0; i--)
        {
            var isWaiting = !lost[i].IsDispatched;
            lost[i].Restart();
            if (!isWaiting)
                waiting.AddFirst(lost[i]);
        }
    }

    public void Wake()
    {
        if (Interlocked.Exchange(ref isWoken, 1) == 0)
            reactor.Post(retryHeld);
    }

    public void Dispose()
    {
        isClosed = true;
        device.Forget(this);
        foreach (var path in paths.ToArray())
            RemovePath(path);
        Fail(waiting.TakeAll());
        Fail(held.TakeAll());
    }

    private bool TryEnter(NvmeIo io) => (io.Ticket = Guard.TryEnter(io.Request.Offset, io.Request.Length, this)) != WriteGuard.NoTicket;

    private void RetryHeld()
    {
        Volatile.Write(ref isWoken, 0);
        for (var io = held.TakeAll(); io is not null;)
        {
            var next = io.Next;
            if (TryEnter(io))
                waiting.AddLast(io);
            else
                held.AddLast(io);
            io = next;
        }
        OnPathChanged();
    }

    private void Dispatch()
    {
        while (waiting.First is { } io)
        {
            if (io.Outcome != IoOutcome.Ok)
            {
                // No more commands for it; those that went are waited for.
                if (io.Outstanding > 0)
                    return;
                End(waiting.TakeFirst());
                continue;
            }
            // It had a part of its commands over a path that was lost since: all of it goes again.
            if (io.Path is { Queue: null })
                io.Restart();
            var mayHope = true;
            if ((io.Path ?? SelectPath(out mayHope)) is not { } path)
            {
                if (mayHope)
                    return;
                Complete(waiting.TakeFirst(), BlockStatus.IoError);
                continue;
            }
            if (!path.Queue!.Supports(io.Request.Operation))
            {
                Complete(waiting.TakeFirst(), BlockStatus.Unsupported);
                continue;
            }
            io.Path = path;
            if (!path.Queue.TrySubmit(io))
                return;
            waiting.TakeFirst();
        }
    }

    private IoPath? SelectPath(out bool mayHope)
    {
        IoPath? best = null;
        mayHope = false;
        foreach (var path in paths)
        {
            switch (path.UsabilityOf(device.Nsid))
            {
                case PathUsability.Optimized:
                    return path;
                case PathUsability.NonOptimized:
                    best ??= path;
                    break;
                case PathUsability.NotNow:
                    mayHope = true;
                    break;
            }
        }
        return best;
    }

    private void End(NvmeIo io)
    {
        if (io.Outcome == IoOutcome.OtherPath || (io.Outcome == IoOutcome.Retry && io.Retries < RetriesMax))
        {
            io.Retries += io.Outcome == IoOutcome.Retry ? 1 : 0;
            io.Restart();
            waiting.AddLast(io);
            return;
        }
        Complete(io, io.Outcome switch
        {
            IoOutcome.Ok => BlockStatus.Ok,
            IoOutcome.Unsupported => BlockStatus.Unsupported,
            _ => BlockStatus.IoError,
        });
    }

    private void Complete(NvmeIo io, BlockStatus status)
    {
        if (io.Ticket != WriteGuard.NoTicket)
            Guard.Leave(io.Ticket);
        var request = io.Request;
        io.Path = null;
        free.Push(io);
        request.Complete(status);
    }

    private void Fail(NvmeIo? io)
    {
        while (io is not null)
        {
            var next = io.Next;
            Complete(io, BlockStatus.IoError);
            io = next;
        }
    }
}
