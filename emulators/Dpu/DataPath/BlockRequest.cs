using Lab.Emulators.Dpu.DataPath.Statistics;

namespace Lab.Emulators.Dpu.DataPath;

internal enum BlockOperation
{
    Read,
    Write,
    Flush,
    Discard,
    WriteZeroes,
}

internal enum BlockStatus
{
    Ok,
    IoError,
    Unsupported,
}

/// <summary>A stretch of memory that stays where it is: guest memory, or a buffer outside the garbage collector's heap.</summary>
internal readonly record struct BlockSegment(nint Address, int Length);

/// <summary>
/// One I/O on its way. Owned by the front that made it, pooled and used again, so that a request allocates nothing; offsets and lengths are
/// checked by the front: inside the device, and multiples of its block size.
/// </summary>
internal abstract class BlockRequest
{
    public BlockOperation Operation { get; protected set; }

    /// <summary>Bytes.</summary>
    public ulong Offset { get; protected set; }

    /// <summary>Bytes; for <see cref="BlockOperation.Read"/> and <see cref="BlockOperation.Write"/> the sum of the segments.</summary>
    public ulong Length { get; protected set; }

    /// <summary>Where a read goes and a write comes from.</summary>
    public abstract ReadOnlySpan<BlockSegment> Segments { get; }

    /// <summary>For the device alone: its own note about the request while it has it.</summary>
    public int DeviceTag { get; set; }

    /// <summary>Null for all but a few requests: those whose stages are timed.</summary>
    public StageSample? Sample { get; set; }

    /// <summary>Called once for each time the request was submitted.</summary>
    public abstract void Complete(BlockStatus status);
}
