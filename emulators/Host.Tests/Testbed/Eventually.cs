using System.Diagnostics;

namespace Lab.Emulators.Host.Tests.Testbed;

/// <summary>Waits for named conditions with a time limit.</summary>
public static class Eventually
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    public static Task HoldsAsync(string what, TimeSpan limit, Func<bool> condition, CancellationToken token) =>
        HoldsAsync(what, limit, () => Task.FromResult(condition()), token);

    public static async Task HoldsAsync(string what, TimeSpan limit, Func<Task<bool>> condition, CancellationToken token)
    {
        var start = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(start) > limit)
                throw new TimeoutException($"not within {limit}: {what}");
            await Task.Delay(Poll, TimeProvider.System, token);
        }
    }
}
