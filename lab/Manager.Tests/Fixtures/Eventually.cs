namespace Lab.Manager.Tests.Fixtures;

/// <summary>Waits for a named condition, with a time limit.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(30);

    public static async Task<T> SeeAsync<T>(string what, Func<Task<T>> look, Func<T, bool> holds)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var seen = await look();
            if (holds(seen))
                return seen;
            if (TimeProvider.System.GetElapsedTime(began) > Limit)
                Assert.Fail($"never happened: {what}; last seen: {seen}");
            await Task.Delay(Interval, TimeProvider.System, CancellationToken.None);
        }
    }

    public static Task SeeAsync(string what, Func<bool> holds) => SeeAsync(what, () => Task.FromResult(holds()), seen => seen);
}
