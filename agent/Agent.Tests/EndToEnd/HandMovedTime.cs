namespace Lab.Agent.Tests.EndToEnd;

/// <summary>
/// A clock moved by hand. Timers fire until it is first moved, so that a start may retry, and no more after: nothing then depends on how
/// busy the machine is.
/// </summary>
internal sealed class HandMovedTime : TimeProvider
{
    private long ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Read(ref ticks);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        base.CreateTimer(callback, state, GetTimestamp() == 0 ? dueTime : Timeout.InfiniteTimeSpan, period);

    public void Pass(TimeSpan span) => Interlocked.Add(ref ticks, span.Ticks);
}
