using Lab.Emulators.Dpu.DataPath.Statistics;

namespace Lab.Emulators.Dpu.DataPath.NvmeTcp;

/// <summary>How a command, or the worst of a request's commands, ended.</summary>
internal enum IoOutcome
{
    Ok,

    /// <summary>Not done because this is not the path now (ANA): as often as it takes, over any path.</summary>
    OtherPath,

    /// <summary>Not done for a reason that another try may not meet (NVMe base specification 2.0 §3.3.3.2.1: DNR is clear).</summary>
    Retry,
    Unsupported,
    Failed,
}

/// <summary>A request on its way through a channel, as one or more commands; pooled by the channel.</summary>
internal sealed class NvmeIo(NvmeChannel channel)
{
    public NvmeChannel Channel => channel;

    public BlockRequest Request { get; private set; } = null!;

    /// <summary>In the list that it is in.</summary>
    public NvmeIo? Next { get; set; }

    /// <summary>Of the channel's <see cref="WriteGuard"/>; <see cref="WriteGuard.NoTicket"/> for what is no write.</summary>
    public long Ticket { get; set; }

    /// <summary>Grows with each request of the channel.</summary>
    public ulong Sequence { get; private set; }

    /// <summary>It has its commands over this path, all of them.</summary>
    public IoPath? Path { get; set; }

    /// <summary>Bytes that commands were made for.</summary>
    public ulong Dispatched { get; private set; }

    /// <summary>Commands were made for all of it.</summary>
    public bool IsDispatched { get; private set; }

    /// <summary>Where in the request's segments the next command begins.</summary>
    public SegmentCursor Cursor { get; set; }

    /// <summary>Commands that have not ended.</summary>
    public int Outstanding { get; private set; }

    public IoOutcome Outcome { get; private set; }

    public int Retries { get; set; }

    /// <summary>The request's own.</summary>
    public StageSample? Sample { get; private set; }

    public bool IsWrite => Request.Operation is BlockOperation.Write or BlockOperation.WriteZeroes or BlockOperation.Discard;

    public ulong Left => Request.Length - Dispatched;

    public void Begin(BlockRequest request, ulong sequence)
    {
        Request = request;
        Sequence = sequence;
        Ticket = WriteGuard.NoTicket;
        Retries = 0;
        Sample = request.Sample;
        Restart();
    }

    /// <summary>As if nothing had been sent.</summary>
    public void Restart()
    {
        Path = null;
        Dispatched = 0;
        IsDispatched = false;
        Cursor = default;
        Outstanding = 0;
        Outcome = IoOutcome.Ok;
    }

    /// <summary>A command was made for the next <paramref name="length"/> bytes.</summary>
    public void CommandMade(ulong length)
    {
        Dispatched += length;
        IsDispatched = Dispatched >= Request.Length;
        Outstanding++;
    }

    public void CommandEnded(IoOutcome outcome)
    {
        Outstanding--;
        if (outcome > Outcome)
            Outcome = outcome;
    }
}

/// <summary>A first-in, first-out list through <see cref="NvmeIo.Next"/>: being in it costs nothing.</summary>
internal struct NvmeIoList
{
    private NvmeIo? last;

    public NvmeIo? First { get; private set; }

    public void AddLast(NvmeIo io)
    {
        io.Next = null;
        if (last is null)
            First = io;
        else
            last.Next = io;
        last = io;
    }

    public void AddFirst(NvmeIo io)
    {
        io.Next = First;
        First = io;
        last ??= io;
    }

    public NvmeIo TakeFirst()
    {
        var io = First!;
        First = io.Next;
        if (First is null)
            last = null;
        io.Next = null;
        return io;
    }

    /// <summary>All of it, linked through <see cref="NvmeIo.Next"/>.</summary>
    public NvmeIo? TakeAll()
    {
        var all = First;
        First = last = null;
        return all;
    }
}

/// <summary>A place in a request's segments.</summary>
internal struct SegmentCursor
{
    private int index;
    private int offset;

    /// <summary>The next stretch, of at most <paramref name="lengthMax"/> bytes; steps over it.</summary>
    public BlockSegment Take(ReadOnlySpan<BlockSegment> segments, int lengthMax)
    {
        var stretch = Peek(segments, lengthMax);
        offset += stretch.Length;
        if (offset == segments[index].Length)
        {
            index++;
            offset = 0;
        }
        return stretch;
    }

    public void Skip(ReadOnlySpan<BlockSegment> segments, int length)
    {
        while (length > 0)
            length -= Take(segments, length).Length;
    }

    private readonly BlockSegment Peek(ReadOnlySpan<BlockSegment> segments, int lengthMax)
    {
        var segment = segments[index];
        return new BlockSegment(segment.Address + offset, Math.Min(segment.Length - offset, lengthMax));
    }
}
