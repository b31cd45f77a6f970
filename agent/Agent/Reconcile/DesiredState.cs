using Lab.Contracts.Link;

namespace Lab.Agent.Reconcile;

/// <summary>A spec was older than the one held.</summary>
public sealed class StaleGenerationException(long generation, long held)
    : Exception($"generation {generation} is older than {held}, which this agent holds")
{
    public long Held => held;
}

/// <summary>The spec that the agent works on, fenced by generation. Nothing of it is stored: the manager sends it again.</summary>
public sealed class DesiredState
{
    private readonly Lock gate = new();
    private Fence? fence;
    private long heldOff;

    /// <summary>Null before the first.</summary>
    public NodeSpec? Spec { get; private set; }

    /// <summary>What is to be kept on the DPU.</summary>
    public string FenceText
    {
        get
        {
            lock (gate)
                return fence?.ToString() ?? "";
        }
    }

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
    /// <param name="kept">The fence read back from the DPU.</param>
    /// <exception cref="StaleGenerationException">Nothing was changed.</exception>
    public void Take(NodeSpec spec, Guid node, Fence? kept)
    {
        lock (gate)
        {
            var held = new[] { fence, kept }.Where(f => f?.NodeId == node).Max(f => f!.Generation as long?) ?? 0;
            if (spec.Generation < held)
                throw new StaleGenerationException(spec.Generation, held);
            fence = new Fence(node, spec.Generation);
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
