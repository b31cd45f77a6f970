using Lab.Emulators.Dpu.DataPath.Statistics;

namespace Lab.Emulators.Dpu.DataPath.Qos;

internal sealed class QosChannel : IIoChannel
{
    /// <summary>A timer finer than this only wakes more often.</summary>
    private static readonly TimeSpan WaitMin = TimeSpan.FromMilliseconds(1);

    private readonly IIoChannel inner;
    private readonly RateLimiter limiter;
    private readonly Reactor reactor;
    private readonly Action<QosChannel> closed;
    private readonly Queue<BlockRequest> waiting = new();
    private readonly Action drain;
    private readonly ITimer timer;
    private bool isClosed;

    public QosChannel(IIoChannel inner, RateLimiter limiter, Reactor reactor, TimeProvider time, Action<QosChannel> closed)
    {
        this.inner = inner;
        this.limiter = limiter;
        this.reactor = reactor;
        this.closed = closed;
        drain = Drain;
        timer = time.CreateTimer(_ => Wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Submit(BlockRequest request)
    {
        if (request.Operation == BlockOperation.Flush || (waiting.Count == 0 && !limiter.IsLimited))
        {
            Pass(request);
            return;
        }
        if (waiting.Count > 0)
        {
            waiting.Enqueue(request);
            return;
        }
        if (limiter.TryTake(request, out var wait))
        {
            Pass(request);
            return;
        }
        waiting.Enqueue(request);
        WakeIn(wait);
    }

    public void Kick() => inner.Kick();

    /// <summary>Looks again at what waits; from any thread.</summary>
    public void Wake() => reactor.Post(drain);

    public void Dispose()
    {
        isClosed = true;
        closed(this);
        timer.Dispose();
        while (waiting.TryDequeue(out var request))
            request.Complete(BlockStatus.IoError);
        inner.Dispose();
    }

    private void Drain()
    {
        if (isClosed || waiting.Count == 0)
            return;
        while (waiting.TryPeek(out var request))
        {
            if (!limiter.TryTake(request, out var wait))
            {
                WakeIn(wait);
                break;
            }
            waiting.Dequeue();
            Pass(request);
        }
        inner.Kick();
    }

    private void Pass(BlockRequest request)
    {
        request.Sample?.Reach(RequestStage.Qos);
        inner.Submit(request);
    }

    private void WakeIn(TimeSpan wait) => timer.Change(wait > WaitMin ? wait : WaitMin, Timeout.InfiniteTimeSpan);
}
