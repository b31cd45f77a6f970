using System.Runtime.InteropServices;
using Lab.Emulators.Dpu.Linux;
using Lab.Protocols.NvmeTcp;

namespace Lab.Emulators.Dpu.DataPath.NvmeTcp;

/// <summary>
/// An I/O queue pair on its connection (NVMe/TCP transport specification 1.0). Used on its reactor's thread alone:
/// <see cref="TrySubmit"/> makes capsules, <see cref="Flush"/> sends all of them in as few calls as it takes, data goes from and to the
/// request's own segments, and nothing is allocated for a request.
/// </summary>
/// <remarks>
/// The parts: this one keeps the commands, <c>IoQueue.Send.cs</c> makes PDUs, <c>IoQueue.Receive.cs</c> takes them apart.
/// With data digests the digest is made when a PDU is made: a guest that changes a buffer while it is being written gets that write
/// refused by the target and tried again.
/// </remarks>
internal sealed unsafe partial class IoQueue : IReactorHandler, ISendObserver, IDisposable
{
    /// <summary>Receives before other descriptors of the reactor get their turn.</summary>
    private const int ReceivesPerTurn = 16;

    private readonly IoPath path;
    private readonly ReactorStream stream;
    private readonly QueueTerms terms;
    private readonly IoQueueLimits limits;
    private readonly TimeProvider time;
    private readonly Action<IoQueue, IOException> failed;
    private readonly CommandSlot[] slots;
    private readonly int[] freeSlots;
    private readonly SendQueue sends = new();
    private readonly ReceiveBuffer received = new(ReceiveBytes);
    private readonly Reactor.Registration registration;
    private readonly byte* headers;
    private int freeCount;
    private bool isBusy;
    private bool isWaitingToSend;
    private bool isClosed;
    private bool isFailing;
    private bool isClosedByTarget;
    private bool hasEnded;

    /// <param name="stream">Connected, and past ICReq and Connect.</param>
    /// <param name="failed">Told once, on the reactor's thread, that the connection is of no more use.</param>
    public IoQueue(
        IoPath path, ReactorStream stream, QueueTerms terms, IoQueueLimits limits, TimeProvider time, Action<IoQueue, IOException> failed)
    {
        this.path = path;
        this.stream = stream;
        this.terms = terms;
        this.limits = limits;
        this.time = time;
        this.failed = failed;
        slots = new CommandSlot[limits.Depth];
        freeSlots = new int[limits.Depth];
        // The lowest is on top: a queue that is never deep stays in few cache lines.
        for (var i = limits.Depth - 1; i >= 0; i--)
            freeSlots[freeCount++] = i;
        headers = (byte*)NativeMemory.Alloc((nuint)(limits.Depth * SlotBytes));
        registration = stream.HandOver(this);
    }

    public bool Supports(BlockOperation operation) => operation switch
    {
        BlockOperation.WriteZeroes => limits.SupportsWriteZeroes,
        BlockOperation.Discard => limits.SupportsDiscard,
        _ => true,
    };

    /// <summary>Makes commands for the part of the request that has none.</summary>
    /// <returns>False: there is no room for all of it now; <see cref="IoPath.OnRoom"/> will say when.</returns>
    public bool TrySubmit(NvmeIo io)
    {
        while (!io.IsDispatched)
        {
            if (freeCount == 0 || isClosed)
                return false;
            MakeCommand(io);
        }
        return true;
    }

    /// <summary>Sends what was submitted.</summary>
    public void Flush()
    {
        // What a batch of answers, or the end of a send, leads to is sent after it.
        if (isBusy || isWaitingToSend || isClosed || isFailing || sends.IsEmpty)
            return;
        isBusy = true;
        try
        {
            if (!sends.Send(stream.Socket, this))
                WaitToSend(true);
        }
        catch (IOException e)
        {
            Fail(e);
        }
        finally
        {
            isBusy = false;
        }
    }

    public void OnReady(ReactorEvents events)
    {
        if (isClosed || isFailing)
            return;
        isBusy = true;
        try
        {
            if ((events & ReactorEvents.Writable) != 0 && isWaitingToSend && sends.Send(stream.Socket, this))
                WaitToSend(false);
            if ((events & ~ReactorEvents.Writable) != 0)
                ReceiveSome();
            if (hasEnded)
            {
                hasEnded = false;
                path.OnRoom();
            }
        }
        catch (IOException e)
        {
            Fail(e);
        }
        finally
        {
            isBusy = false;
        }
        Flush();
    }

    /// <summary>Ends the connection.</summary>
    /// <param name="doubtFor">How long the target may go on executing what it was sent, unless it closes its side of the connection.</param>
    /// <returns>What was under way, in the order in which it was submitted.</returns>
    public List<NvmeIo> Close(TimeSpan doubtFor)
    {
        var lost = new List<NvmeIo>();
        if (isClosed)
            return lost;
        isClosed = true;
        foreach (ref var slot in slots.AsSpan())
            if (slot is { IsInUse: true, Io: { } io } && !lost.Contains(io))
                lost.Add(io);
        lost.Sort((a, b) => a.Sequence.CompareTo(b.Sequence));
        var writes = lost.Where(io => io.Ticket != WriteGuard.NoTicket).Select(io => (io.Channel.Guard, io.Ticket)).ToList();
        if (writes.Count == 0 || isClosedByTarget)
        {
            stream.Dispose();
        }
        else
        {
            foreach (var (guard, ticket) in writes)
                guard.Doubt(ticket, doubtFor);
            _ = new LingeringConnection(stream, path.Reactor, writes, doubtFor, time);
        }
        sends.Dispose();
        received.Dispose();
        NativeMemory.Free(headers);
        return lost;
    }

    /// <summary>Ends it with nothing under way that anybody waits for.</summary>
    public void Dispose() => Close(TimeSpan.Zero);

    /// <summary>The channel's commands go on at the target, but their requests are nobody's any more: their data is thrown away.</summary>
    public void Forget(NvmeChannel channel)
    {
        foreach (ref var slot in slots.AsSpan())
            if (slot.Io?.Channel == channel)
                slot.Io = null;
    }

    private void Fail(IOException reason)
    {
        if (isClosed || isFailing)
            return;
        isFailing = true;
        isClosedByTarget = TcpSocket.IsClosedByPeer(reason);
        if (reason is PduException protocol)
            TrySendTermination(protocol);
        // Later: whoever is on the stack may still be reading this queue's memory.
        path.Reactor.Post(() => failed(this, reason));
    }

    /// <summary>Ends a command; its request ends with its last one.</summary>
    private void End(int index)
    {
        ref var slot = ref slots[index];
        var io = slot.Io;
        var outcome = slot.Outcome;
        slot.Io = null;
        slot.IsInUse = false;
        freeSlots[freeCount++] = index;
        hasEnded = true;
        if (io is null)
            return;
        io.CommandEnded(outcome);
        if (io.Outstanding == 0)
            io.Channel.OnEnded(io);
    }

    private void WaitToSend(bool isWaiting)
    {
        isWaitingToSend = isWaiting;
        registration.Wait(isWaiting ? ReactorEvents.Readable | ReactorEvents.Writable : ReactorEvents.Readable);
    }
}
