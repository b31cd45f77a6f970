using Lab.Protocols.VhostUser;

namespace Lab.Emulators.Dpu.DataPath.Vhost;

/// <summary>One descriptor chain on its way: made for its ring's entry once, and used again for every chain that starts there.</summary>
internal sealed unsafe class VhostRequest(VirtQueue queue, ushort head) : BlockRequest
{
    /// <summary>Data segments of a request; VIRTIO_BLK_F_SEG_MAX tells the driver.</summary>
    public const int SegmentsMax = 126;

    /// <summary>Segments of a chain may cross from one region of memory to the next, and so be more.</summary>
    public const int StretchesMax = SegmentsMax + 8;

    private readonly BlockSegment[] segments = new BlockSegment[StretchesMax];
    private int count;
    private byte* status;
    private uint dataWritten;

    public ushort Head => head;

    public override ReadOnlySpan<BlockSegment> Segments => segments.AsSpan(0, count);

    /// <summary>Fills it for the device.</summary>
    /// <param name="statusAt">The byte that the driver reads the outcome from.</param>
    public void Prepare(BlockOperation operation, ulong offset, ulong length, ReadOnlySpan<BlockSegment> data, byte* statusAt)
    {
        (Operation, Offset, Length) = (operation, offset, length);
        status = statusAt;
        data.CopyTo(segments);
        count = data.Length;
        dataWritten = operation == BlockOperation.Read ? (uint)length : 0;
    }

    public override void Complete(BlockStatus outcome)
    {
        *status = (byte)(outcome switch
        {
            BlockStatus.Ok => VirtioBlkStatus.Ok,
            BlockStatus.Unsupported => VirtioBlkStatus.Unsupported,
            _ => VirtioBlkStatus.IoError,
        });
        queue.Finish(this, outcome == BlockStatus.Ok ? dataWritten + 1 : 1, outcome == BlockStatus.Ok);
    }
}
