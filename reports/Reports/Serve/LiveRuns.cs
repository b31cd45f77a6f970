using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Lab.Contracts.Runs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Lab.Reports.Serve;

/// <summary>What happens in a run that goes on.</summary>
internal sealed record LiveEvent
{
    public required string Run { get; init; }
    public string? Suite { get; init; }
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>Of a scenario that ended.</summary>
    public string? Scenario { get; init; }
    public string? Verdict { get; init; }
    public string? Reason { get; init; }
    public double? Seconds { get; init; }

    public int? Samples { get; init; }
}

/// <summary>
/// Follows runs that go on, by their directories alone: whoever writes them need not know. Server-sent events (WHATWG HTML §9.2):
/// <c>run</c> when one is found, <c>result</c> for each scenario, <c>samples</c> when their number changed, <c>end</c>.
/// </summary>
internal sealed class LiveRuns(string runsDirectory, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <summary>A run that was killed keeps no end: silent for so long, it counts as over.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(15);

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public void Map(WebApplication app) =>
        app.MapGet("/live/events", (CancellationToken cancel) => TypedResults.ServerSentEvents(FollowAsync(cancel)));

    public async IAsyncEnumerable<SseItem<string>> FollowAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        var followed = new Dictionary<string, FollowedRun>();
        // So that the reader knows it is connected before anything happens.
        yield return new SseItem<string>("{}", "hello");
        while (!cancel.IsCancellationRequested)
        {
            foreach (var directory in GoingOn().Where(directory => !followed.ContainsKey(directory)))
                followed[directory] = new FollowedRun(directory);
            foreach (var (directory, run) in followed.ToList())
            {
                foreach (var (kind, told) in run.News(IsOver(directory)))
                    yield return new SseItem<string>(JsonSerializer.Serialize(told, Json), kind);
                if (run.Ended)
                    followed.Remove(directory);
            }

            try
            {
                await Task.Delay(Interval, time, cancel);
            }
            catch (OperationCanceledException)
            {
                yield break;
            }
        }
    }

    private List<string> GoingOn() => !Directory.Exists(runsDirectory)
        ? []
        : [.. Directory.EnumerateDirectories(runsDirectory).Where(directory => File.Exists(Path.Combine(directory, RunFiles.Info)) && !IsOver(directory))];

    private bool IsOver(string directory)
    {
        var last = new[] { RunFiles.Info, RunFiles.Samples, RunFiles.Events, RunFiles.Results }
            .Select(name => new FileInfo(Path.Combine(directory, name))).Where(file => file.Exists)
            .Select(file => file.LastWriteTimeUtc).DefaultIfEmpty().Max();
        return time.GetUtcNow() - last > Silence || (FollowedRun.Info(directory) is { EndedAt: not null } or null);
    }
}
