using Lab.Emulators.Qos;
using Lab.Emulators.Storage.Store;

namespace Lab.Emulators.Storage.Qos;

/// <summary>
/// The limits of one volume over all its connections. Requests beyond them wait, reads and writes in their own order each, and none fails
/// for it. Taken under a lock only while there are limits.
/// </summary>
internal sealed class VolumeLimiter : IDisposable
{
    /// <summary>A timer finer than this only wakes more often.</summary>
    private static readonly TimeSpan WaitMin = TimeSpan.FromMilliseconds(1);

    private readonly Lock gate = new();
    private readonly TimeProvider time;
    private readonly ITimer timer;
    private readonly Direction reads = new();
    private readonly Direction writes = new();
    private TokenBucket requests;
    private TokenBucket bytes;
    private long refilled;
    private bool isReadsTurn;
    private volatile bool isLimited;

    public VolumeLimiter(TimeProvider time)
    {
        this.time = time;
        refilled = time.GetTimestamp();
        timer = time.CreateTimer(static me => ((VolumeLimiter)me!).Drain(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public bool IsLimited => isLimited;

    /// <summary>Applies to requests that wait already.</summary>
    public void Change(VolumeLimits limits)
    {
        lock (gate)
        {
            Refill();
            requests.Change(limits.Iops ?? 0);
            bytes.Change(limits.BytesPerSecond ?? 0);
            reads.Requests.Change(limits.ReadIops ?? 0);
            reads.Bytes.Change(limits.ReadBytesPerSecond ?? 0);
            writes.Requests.Change(limits.WriteIops ?? 0);
            writes.Bytes.Change(limits.WriteBytesPerSecond ?? 0);
            isLimited = !limits.AreNone;
        }
        Drain();
    }

    /// <summary>Done when the request may go.</summary>
    /// <param name="length">Bytes that it moves.</param>
    /// <param name="token">Lets it go at once: whoever asked is gone, and somebody waits for its last requests.</param>
    public ValueTask TakeAsync(bool isRead, long length, CancellationToken token)
    {
        if (!isLimited || token.IsCancellationRequested)
            return ValueTask.CompletedTask;
        var request = new Request(length);
        lock (gate)
        {
            Refill();
            var direction = isRead ? reads : writes;
            if (reads.Waiting.Count + writes.Waiting.Count == 0 && TryTake(direction, length))
                return ValueTask.CompletedTask;
            request.LeaveWith(token);
            direction.Waiting.Enqueue(request);
            LetGo();
        }
        return new ValueTask(request.Going);
    }

    /// <summary>Takes a request's turn if it need not wait for it.</summary>
    public bool TryTake(bool isRead, long length)
    {
        if (!isLimited)
            return true;
        lock (gate)
        {
            Refill();
            return reads.Waiting.Count + writes.Waiting.Count == 0 && TryTake(isRead ? reads : writes, length);
        }
    }

    /// <summary>What was taken was not used.</summary>
    public void Return(bool isRead, long length)
    {
        if (!isLimited)
            return;
        lock (gate)
        {
            Take(isRead ? reads : writes, -1, -length);
            LetGo();
        }
    }

    public void Dispose() => timer.Dispose();

    private void Drain()
    {
        lock (gate)
        {
            Refill();
            LetGo();
        }
    }

    private void LetGo()
    {
        // By turns: what both draw on is not for the one alone.
        while (TryLetGo(isReadsTurn ? reads : writes) || TryLetGo(isReadsTurn ? writes : reads))
        {
        }
        WakeInTime();
    }

    private bool TryLetGo(Direction direction)
    {
        while (direction.Waiting.TryPeek(out var request) && request.IsGone)
            direction.Waiting.Dequeue();
        if (!direction.Waiting.TryPeek(out var next) || !TryTake(direction, next.Length))
            return false;
        direction.Waiting.Dequeue();
        next.LetGo();
        isReadsTurn = direction == writes;
        return true;
    }

    private bool TryTake(Direction direction, long length)
    {
        if (!IsOpen(direction, length))
            return false;
        Take(direction, 1, length);
        return true;
    }

    private void Take(Direction direction, int count, long length)
    {
        requests.Take(count);
        direction.Requests.Take(count);
        bytes.Take(length);
        direction.Bytes.Take(length);
    }

    private bool IsOpen(Direction direction, long length) =>
        requests.IsOpen && direction.Requests.IsOpen && (length == 0 || (bytes.IsOpen && direction.Bytes.IsOpen));

    /// <summary>Seconds.</summary>
    private double WaitOf(Direction direction, long length)
    {
        var wait = Math.Max(requests.WaitSeconds, direction.Requests.WaitSeconds);
        return length == 0 ? wait : Math.Max(wait, Math.Max(bytes.WaitSeconds, direction.Bytes.WaitSeconds));
    }

    private void WakeInTime()
    {
        var wait = double.MaxValue;
        foreach (var direction in new[] { reads, writes })
            if (direction.Waiting.TryPeek(out var next))
                wait = Math.Min(wait, WaitOf(direction, next.Length));
        if (wait < double.MaxValue)
            timer.Change(TimeSpan.FromSeconds(wait) is var some && some > WaitMin ? some : WaitMin, Timeout.InfiniteTimeSpan);
    }

    private void Refill()
    {
        var now = time.GetTimestamp();
        var seconds = time.GetElapsedTime(refilled, now).TotalSeconds;
        refilled = now;
        requests.Refill(seconds);
        bytes.Refill(seconds);
        reads.Requests.Refill(seconds);
        reads.Bytes.Refill(seconds);
        writes.Requests.Refill(seconds);
        writes.Bytes.Refill(seconds);
    }

    private sealed class Direction
    {
        public TokenBucket Requests;
        public TokenBucket Bytes;

        public Queue<Request> Waiting { get; } = new();
    }

    private sealed class Request(long length)
    {
        private readonly TaskCompletionSource going = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private CancellationTokenRegistration registration;

        public long Length => length;

        public Task Going => going.Task;

        /// <summary>It went with whoever asked.</summary>
        public bool IsGone => going.Task.IsCompleted;

        public void LeaveWith(CancellationToken token) =>
            registration = token.UnsafeRegister(static me => ((Request)me!).going.TrySetResult(), this);

        public void LetGo()
        {
            registration.Unregister();
            going.TrySetResult();
        }
    }
}
