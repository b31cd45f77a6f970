namespace Lab.Scenarios.Durability;

/// <summary>What is broken under a host that writes.</summary>
public enum CrashKind
{
    /// <summary>The storage target's process is killed.</summary>
    Target,

    /// <summary>The DPU's daemon is killed.</summary>
    Dpud,

    /// <summary>The agent on the DPU is killed.</summary>
    Agent,

    /// <summary>The host's power is cut.</summary>
    Host,

    /// <summary>The link between DPU and storage target is down for a while.</summary>
    Path,
}

/// <param name="Node">Index of the node it hits; the target's hits all.</param>
/// <param name="After">How long the writers run before it.</param>
/// <param name="Outage">How long a path stays down.</param>
public sealed record Crash(CrashKind Kind, int Node, TimeSpan After, TimeSpan Outage)
{
    private const int AfterMinMs = 200;
    private const int AfterMaxMs = 1500;
    private const int OutageMinMs = 100;
    private const int OutageMaxMs = 3000;

    /// <summary>The same seed gives the same crashes.</summary>
    public static IEnumerable<Crash> Plan(int seed, int count, int nodes)
    {
        var random = new Random(seed);
        var kinds = Enum.GetValues<CrashKind>();
        for (var i = 0; i < count; i++)
            yield return new Crash(
                kinds[random.Next(kinds.Length)],
                random.Next(nodes),
                TimeSpan.FromMilliseconds(random.Next(AfterMinMs, AfterMaxMs)),
                TimeSpan.FromMilliseconds(random.Next(OutageMinMs, OutageMaxMs)));
    }
}
