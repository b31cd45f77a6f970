using Lab.Emulators.Faults;
using Lab.Protocols.NvmeTcp;

namespace Lab.Emulators.Storage.Faults;

/// <summary>A rule at work.</summary>
internal sealed class ActiveFault(string id, FaultRule rule, TimeProvider time)
{
    private readonly Lock gate = new();
    private readonly FaultTrigger trigger = new(rule, time.GetUtcNow());
    private DateTimeOffset freeAt;
    private int passedOver;

    public string Id => id;

    public FaultRule Rule => rule;

    public int Count => trigger.Count;

    /// <summary>PDUs that it did not corrupt because no digest would tell.</summary>
    public int PassedOver => Volatile.Read(ref passedOver);

    public bool IsOver => trigger.IsOver(time.GetUtcNow());

    public bool TryAct(Guid volume, FaultOperation operation, long offset, long length) =>
        rule.IsFor(volume, operation, offset, length) && trigger.TryAct(time.GetUtcNow());

    /// <summary>Whether it acts on a data PDU, and where in it, from 0 to 1.</summary>
    public bool TryCorrupt(Guid volume, long offset, long length, PduDigests digests, out PduCorruption corruption)
    {
        corruption = default;
        if (IsOver || !rule.IsFor(volume, FaultOperation.Read, offset, length))
            return false;
        var part = rule.Part ?? PduPart.Data;
        if (!rule.Silent && !(part == PduPart.Header ? digests.Header : digests.Data))
        {
            Interlocked.Increment(ref passedOver);
            return false;
        }
        if (!trigger.TryAct(time.GetUtcNow()))
            return false;
        corruption = new PduCorruption(part, trigger.Draw());
        return true;
    }

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
