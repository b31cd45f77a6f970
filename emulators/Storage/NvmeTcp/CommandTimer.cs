namespace Lab.Emulators.Storage.NvmeTcp;

/// <summary>Chooses the commands of one queue that are timed; on the queue's thread.</summary>
internal sealed class CommandTimer(VolumeTimes times)
{
    /// <summary>One in so many; a prime, lest it is always the first of a batch.</summary>
    public const int Every = 61;

    private CommandSample? spare;
    private int left;

    /// <returns>Null for a command that is not chosen.</returns>
    public CommandSample? Begin()
    {
        if (left-- > 0)
            return null;
        left = Every - 1;
        var sample = Interlocked.Exchange(ref spare, null) ?? new CommandSample(this, times);
        sample.Begin();
        return sample;
    }

    public void Return(CommandSample sample) => spare = sample;
}

/// <summary>
/// A command that is timed. Its calls of the store are known by the thread that makes them: a command is begun on its queue's thread, and
/// calls the store from there even when it waits for it elsewhere.
/// </summary>
internal sealed class CommandSample(CommandTimer timer, VolumeTimes times)
{
    [ThreadStatic]
    private static CommandSample? current;

    private long began;
    private long storeTicks;
    private int underWay;

    /// <summary>Of the command that this thread is about to do; null mostly.</summary>
    public static CommandSample? Current => current;

    public void Begin()
    {
        storeTicks = 0;
        underWay = 1;
        began = times.Now();
        current = this;
    }

    /// <summary>The command is done, or waits for the store.</summary>
    public void Leave()
    {
        current = null;
        End();
    }

    /// <returns>For <see cref="LeaveStore"/>.</returns>
    public long EnterStore()
    {
        Interlocked.Increment(ref underWay);
        return times.Now();
    }

    public void LeaveStore(long entered)
    {
        Interlocked.Add(ref storeTicks, times.Now() - entered);
        End();
    }

    private void End()
    {
        if (Interlocked.Decrement(ref underWay) > 0)
            return;
        times.Record(times.Now() - began, storeTicks);
        timer.Return(this);
    }
}
