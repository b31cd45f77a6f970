using System.Collections.Immutable;
using System.Globalization;

namespace Lab.Emulators.Bmc.Faults;

/// <summary>The faults that are set now, of all machines of the process. Each counts and draws for itself.</summary>
internal sealed class FaultSet(TimeProvider time)
{
    /// <summary>Faults set at once.</summary>
    internal const int FaultsMax = 1000;

    private readonly Lock gate = new();
    private volatile ImmutableList<ActiveFault> active = [];
    private int lastId;

    internal IReadOnlyList<ActiveFault> Active => active;

    /// <exception cref="InvalidDataException">The rule cannot be, or there are too many.</exception>
    internal ActiveFault Add(FaultRule rule)
    {
        rule.Check();
        lock (gate)
        {
            if (active.Count >= FaultsMax)
                throw new InvalidDataException($"there are {FaultsMax} faults already");
            var fault = new ActiveFault((++lastId).ToString(CultureInfo.InvariantCulture), rule, time.GetUtcNow());
            active = active.Add(fault);
            return fault;
        }
    }

    internal bool Remove(string id)
    {
        lock (gate)
        {
            var before = active.Count;
            active = active.RemoveAll(fault => fault.Id == id);
            return active.Count < before;
        }
    }

    internal void Clear()
    {
        lock (gate)
            active = [];
    }

    /// <summary>The faults that act on a request, each of which has then acted once more.</summary>
    internal IEnumerable<ActiveFault> Take(string machine, string method, string path) => active.IsEmpty
        ? []
        : active.Where(fault => fault.Rule.IsFor(machine, method, path) && fault.TryAct(time.GetUtcNow())).ToList();
}

/// <summary>A rule at work.</summary>
internal sealed class ActiveFault(string id, FaultRule rule, DateTimeOffset since)
{
    private readonly Lock gate = new();
    private readonly Random random = new(rule.Seed);
    private int matched;

    internal string Id => id;
    internal FaultRule Rule => rule;
    internal int Count { get; private set; }

    /// <summary>What <see cref="FaultKind.Stale"/> answers with, by machine and path.</summary>
    internal Dictionary<string, StaleAnswer> Stale { get; } = [];

    internal bool TryAct(DateTimeOffset now)
    {
        lock (gate)
        {
            if (Count >= rule.CountMax || (rule.Seconds is { } seconds && now - since >= TimeSpan.FromSeconds(seconds)))
                return false;
            if (rule.BurstEvery is { } every && matched++ % every < every - rule.BurstLength)
                return false;
            if (rule.Probability < 1 && random.NextDouble() >= rule.Probability)
                return false;
            Count++;
            return true;
        }
    }

    /// <summary>Latency with its jitter, the same sequence for the same seed.</summary>
    internal TimeSpan DrawLatency()
    {
        lock (gate)
            return TimeSpan.FromMilliseconds(Math.Max(0, rule.LatencyMs + ((random.NextDouble() * 2) - 1) * rule.JitterMs));
    }
}

internal sealed record StaleAnswer(int Status, string? ContentType, byte[] Body);
