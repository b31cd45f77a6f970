using System.Globalization;

namespace Lab.Agent.Reconcile;

/// <summary>
/// The highest generation taken for a node. Kept on the DPU (<see cref="FenceFile"/>), so that an agent that was killed still refuses
/// an older spec. Another node id means another manager's records, with generations of their own.
/// </summary>
public sealed record Fence(Guid NodeId, long Generation)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{NodeId:D}/{Generation}");

    public static Fence? Parse(string text)
    {
        var parts = text.Split('/');
        return parts.Length == 2 && Guid.TryParse(parts[0], out var node)
            && long.TryParse(parts[1], CultureInfo.InvariantCulture, out var generation)
            ? new Fence(node, generation) : null;
    }
}
