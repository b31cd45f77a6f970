using Lab.Agent.Network;

namespace Lab.Agent.Tests.Network;

/// <summary>Waits and names for tests with real programs.</summary>
internal static class Tool
{
    public static readonly TimeSpan TimeMax = TimeSpan.FromSeconds(60);
    private static int last;

    /// <summary>Unique on the machine, so that test runs side by side do not meet.</summary>
    public static string Unique(string name) => $"agent-{Environment.ProcessId}-{name}{Interlocked.Increment(ref last)}";

    public static CommandRunner In(string netns, string? runDirectory = null) => new(TimeProvider.System, ["ip", "netns", "exec", netns],
        runDirectory is null ? null : new Dictionary<string, string> { ["OVS_RUNDIR"] = runDirectory });

    public static CommandRunner Here { get; } = new(TimeProvider.System);

    public static Task<string> RunAsync(this CommandRunner runner, string line, CancellationToken token) =>
        runner.RunAsync(line.Split(' ')[0], line.Split(' ')[1..], null, token);

    public static async Task UntilAsync(Func<Task<bool>> condition, string what, CancellationToken token)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(start) > TimeMax)
                throw new TimeoutException("not within the time limit: " + what);
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, token);
        }
    }
}
