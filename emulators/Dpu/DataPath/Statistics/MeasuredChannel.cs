namespace Lab.Emulators.Dpu.DataPath.Statistics;

internal sealed class MeasuredChannel(MeasuredDevice device, IIoChannel inner, ChannelStatistics counts, TimeProvider time) : IIoChannel
{
    private readonly Stack<MeasuredRequest> free = new();

    public void Submit(BlockRequest request)
    {
        request.Sample?.Reach(RequestStage.Vhost);
        if (!free.TryPop(out var measured))
            measured = new MeasuredRequest(this);
        measured.Begin(request, device.Histogram is null ? 0 : time.GetTimestamp());
        inner.Submit(measured);
    }

    public void Kick() => inner.Kick();

    public void Dispose()
    {
        inner.Dispose();
        device.Close(counts);
    }

    public void End(MeasuredRequest measured, BlockRequest request, long begun, BlockStatus status)
    {
        if (begun != 0)
            device.Histogram?.Record(time.GetTimestamp() - begun);
        if (status == BlockStatus.Ok)
            counts.Add(request.Operation, request.Length);
        free.Push(measured);
        // Where nobody told more, all of it was the device's.
        if (request.Sample is { } sample && !sample.HasReached(RequestStage.Remote))
            sample.Reach(RequestStage.Remote);
        request.Complete(status);
    }
}
