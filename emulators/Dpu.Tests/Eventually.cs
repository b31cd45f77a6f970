namespace Lab.Emulators.Dpu.Tests;

/// <summary>Waits for a named condition, with a limit.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    public static Task TrueAsync(string condition, Func<Task<bool>> check) => TrueAsync(condition, Limit, check);

    /// <summary>For what takes long by itself.</summary>
    public static async Task TrueAsync(string condition, TimeSpan limit, Func<Task<bool>> check)
    {
        var time = TimeProvider.System;
        var start = time.GetTimestamp();
        while (!await check())
        {
            Assert.True(time.GetElapsedTime(start) < limit, "never: " + condition);
            await Task.Delay(Poll, time, CancellationToken.None);
        }
    }

    public static Task TrueAsync(string condition, Func<bool> check) => TrueAsync(condition, () => Task.FromResult(check()));
}
