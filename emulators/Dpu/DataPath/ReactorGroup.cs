using Microsoft.Extensions.Logging;

namespace Lab.Emulators.Dpu.DataPath;

/// <summary>The reactors of the data path. What belongs together (a volume's queues) is put on one of them.</summary>
internal sealed partial class ReactorGroup : IAsyncDisposable
{
    private readonly Reactor[] reactors;
    private uint next;

    public ReactorGroup(int count, ILogger logger)
    {
        Logger = logger;
        reactors = [.. Enumerable.Range(0, count).Select(i => new Reactor($"reactor {i}", LogFailed))];
    }

    public IReadOnlyList<Reactor> All => reactors;

    private ILogger Logger { get; }

    /// <summary>One after the other.</summary>
    public Reactor Next() => reactors[Interlocked.Increment(ref next) % (uint)reactors.Length];

    public async ValueTask DisposeAsync()
    {
        foreach (var reactor in reactors)
            await reactor.DisposeAsync();
    }

    private void LogFailed(Exception e) => LogFailed(Logger, e);

    [LoggerMessage(LogLevel.Error, "a handler of the data path let an exception out")]
    private static partial void LogFailed(ILogger logger, Exception e);
}
