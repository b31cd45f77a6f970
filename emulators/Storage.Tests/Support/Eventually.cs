namespace Lab.Emulators.Storage.Tests.Support;

/// <summary>Waits for what is to become true.</summary>
internal static class Eventually
{
    private static readonly TimeSpan TimeMax = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    public static Task TrueAsync(string what, Func<bool> holds) => TrueAsync(what, () => Task.FromResult(holds()));

    public static async Task TrueAsync(string what, Func<Task<bool>> holds)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!await holds())
        {
            if (TimeProvider.System.GetElapsedTime(start) > TimeMax)
                Assert.Fail($"it did not come true that {what}");
            await Task.Delay(Interval, TimeProvider.System);
        }
    }
}
