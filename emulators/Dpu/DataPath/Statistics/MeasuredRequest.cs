namespace Lab.Emulators.Dpu.DataPath.Statistics;

/// <summary>Stands in for a front's request on its way through the device, so that its end is seen; pooled by its channel.</summary>
internal sealed class MeasuredRequest(MeasuredChannel channel) : BlockRequest
{
    private BlockRequest request = null!;
    private long begun;

    public override ReadOnlySpan<BlockSegment> Segments => request.Segments;

    /// <param name="timestamp">0 when it is not timed.</param>
    public void Begin(BlockRequest from, long timestamp)
    {
        request = from;
        begun = timestamp;
        Operation = from.Operation;
        Offset = from.Offset;
        Length = from.Length;
        Sample = from.Sample;
    }

    public override void Complete(BlockStatus status) => channel.End(this, request, begun, status);
}
