using Lab.Emulators.Dpu.DataPath;

namespace Lab.Emulators.Dpu.Tests.DataPath;

/// <summary>Keeps a number of requests under way at random places, from the reactor's thread itself.</summary>
internal sealed class RandomLoad
{
    private readonly IIoChannel channel;
    private readonly TestRequest[] requests;
    private readonly Random random = new(1);
    private readonly int places;
    private readonly int length;
    private TaskCompletionSource<long> done = new();
    private long before;
    private int submitted;
    private int completed;
    private int total;

    public RandomLoad(IIoChannel channel, BlockOperation operation, int length, int depth, int deviceBytes)
    {
        this.channel = channel;
        this.length = length;
        places = deviceBytes / length;
        requests = [.. Enumerable.Range(0, depth).Select(_ => new TestRequest(operation, 0, length) { OnComplete = OnComplete })];
    }

    /// <returns>Bytes that the reactor's thread allocated.</returns>
    public Task<long> RunAsync(Reactor reactor, int count)
    {
        done = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        total = count;
        submitted = completed = 0;
        reactor.Post(() =>
        {
            before = GC.GetAllocatedBytesForCurrentThread();
            foreach (var request in requests)
                Submit(request);
            channel.Kick();
        });
        return done.Task;
    }

    private void Submit(TestRequest request)
    {
        submitted++;
        request.MoveTo((ulong)random.Next(places) * (ulong)length);
        channel.Submit(request);
    }

    private void OnComplete(TestRequest request, BlockStatus status)
    {
        if (status != BlockStatus.Ok)
            done.TrySetException(new IOException(status.ToString()));
        if (++completed == total)
        {
            done.TrySetResult(GC.GetAllocatedBytesForCurrentThread() - before);
        }
        else if (submitted < total)
        {
            Submit(request);
            channel.Kick();
        }
    }
}
