namespace Lab.Emulators.Dpu.DataPath.NvmeTcp;

/// <summary>A command of a queue, from its capsule to its end.</summary>
internal struct CommandSlot
{
    /// <summary>Null: free, or abandoned by a channel that was closed.</summary>
    public NvmeIo? Io;

    public bool IsInUse;

    /// <summary>Upper bits of the command's ID: an answer that comes too late does not meet the slot's next command.</summary>
    public ushort Generation;

    /// <summary>Data moves from the controller to the host.</summary>
    public bool IsRead;

    /// <summary>The data is a list of ranges in the slot's own memory and not the request's.</summary>
    public bool HasRanges;

    /// <summary>Where in the request's segments the data to move next is.</summary>
    public SegmentCursor Cursor;

    /// <summary>Bytes of data.</summary>
    public int Length;

    /// <summary>Bytes received, or handed to the send queue.</summary>
    public int Moved;

    /// <summary>End of what the controller asked for last (R2T); data is sent up to there.</summary>
    public int TransferEnd;

    public ushort TransferTag;

    /// <summary>PDUs in the send queue that lie in the request's memory: it must not end before they are sent.</summary>
    public int Sending;

    public bool HasEnded;

    public IoOutcome Outcome;
}
