using Lab.Contracts.Link;

namespace Lab.Agent.Reconcile;

/// <summary>A spec was older than the one held.</summary>
public sealed class StaleGenerationException(long generation, long held)
    : Exception($"generation {generation} is older than {held}, which this agent holds")
{
    public long Held => held;
}

/// <summary>The spec that the agent works on, fenced by generation. Only the fence is stored: the manager sends the spec again.</summary>
public sealed class DesiredState(FenceFile kept)
{
    private readonly Lock gate = new();
    private Fence? fence = kept.Read();
    private long heldOff;

    /// <summary>Null before the first.</summary>
    public NodeSpec? Spec { get; private set; }

    /// <summary>The host was asked to shut down under this generation.</summary>
    public bool HoldsPowerOn
    {
        get
        {
            lock (gate)
                return Spec is { } spec && heldOff == spec.Generation;
        }
    }

    /// <param name="node">The node's id at the manager; another one starts the generations anew.</param>
    /// <exception cref="StaleGenerationException">Nothing was changed.</exception>
    public void Take(NodeSpec spec, Guid node)
    {
        lock (gate)
        {
            var next = new Fence(node, spec.Generation);
            if (fence?.NodeId == node && spec.Generation < fence.Generation)
                throw new StaleGenerationException(spec.Generation, fence.Generation);
            // Kept before anything is done for it, so that no crash makes the agent take an older one.
            if (fence != next)
                kept.Write(next);
            fence = next;
            Spec = spec;
        }
    }

    /// <summary>Until the next generation a host that is off stays off, whatever the spec says.</summary>
    public void HoldPowerOn(bool hold)
    {
        lock (gate)
            heldOff = hold ? Spec?.Generation ?? 0 : 0;
    }
}
