using Lab.Emulators.Faults;

namespace Lab.Emulators.Storage.Faults;

/// <summary>A rule at work.</summary>
internal sealed class ActiveFault(string id, FaultRule rule, TimeProvider time)
{
    private readonly Lock gate = new();
    private readonly FaultTrigger trigger = new(rule, time.GetUtcNow());
    private DateTimeOffset freeAt;

    public string Id => id;

    public FaultRule Rule => rule;

    public int Count => trigger.Count;

    public bool IsOver => trigger.IsOver(time.GetUtcNow());

    public bool TryAct(Guid volume, FaultOperation operation, long offset, long length) =>
        rule.IsFor(volume, operation, offset, length) && trigger.TryAct(time.GetUtcNow());

    /// <summary>How much later a request of so many bytes is to be done.</summary>
    public TimeSpan Delay(long length) => rule.Kind switch
    {
        FaultKind.Latency => TimeSpan.FromMilliseconds(Math.Max(0, rule.LatencyMs + rule.Distribution switch
        {
            LatencyDistribution.Exponential => -Math.Log(1 - trigger.Draw()) * rule.JitterMs,
            _ => ((trigger.Draw() * 2) - 1) * rule.JitterMs,
        })),
        FaultKind.Bandwidth => TakeTurn(length),
        FaultKind.Stall => TimeSpan.FromSeconds(rule.StallSeconds),
        _ => TimeSpan.Zero,
    };

    /// <summary>Requests follow one another, each for as long as its bytes take.</summary>
    private TimeSpan TakeTurn(long length)
    {
        lock (gate)
        {
            var now = time.GetUtcNow();
            freeAt = (freeAt > now ? freeAt : now) + TimeSpan.FromSeconds((double)length / rule.BytesPerSecond!.Value);
            return freeAt - now;
        }
    }
}
