namespace Lab.Harness.Processes;

/// <summary>Level-triggered waits: a condition is looked at until it holds or its time is over, and says what it waited for.</summary>
public static class Wait
{
    private static readonly TimeSpan DefaultInterval = TimeSpan.FromMilliseconds(50);

    /// <exception cref="LabException">The condition did not hold in time; the last failure is told.</exception>
    public static async Task UntilAsync(
        string what, TimeSpan limit, Func<CancellationToken, Task<bool>> condition, CancellationToken token, TimeSpan? interval = null)
    {
        var clock = TimeProvider.System;
        var started = clock.GetTimestamp();
        Exception? last = null;
        // A look that hangs ends with the time, too.
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(token);
        deadline.CancelAfter(limit);
        while (true)
        {
            token.ThrowIfCancellationRequested();
            try
            {
                if (await condition(deadline.Token))
                    return;
                last = null;
            }
            catch (Exception e) when (e is not OperationCanceledException || !token.IsCancellationRequested)
            {
                last = e;
            }
            if (clock.GetElapsedTime(started) > limit)
                throw new LabException($"waited {limit.TotalSeconds:0.#} s for {what}{(last is null ? "" : ": " + last.Message)}", last);
            await Task.Delay(interval ?? DefaultInterval, clock, token);
        }
    }

    /// <summary>Waits until <paramref name="read"/> answers something.</summary>
    /// <inheritdoc cref="UntilAsync"/>
    public static async Task<T> ForAsync<T>(
        string what, TimeSpan limit, Func<CancellationToken, Task<T?>> read, CancellationToken token, TimeSpan? interval = null)
        where T : class
    {
        T? found = null;
        await UntilAsync(what, limit, async t => (found = await read(t)) is not null, token, interval);
        return found!;
    }
}
