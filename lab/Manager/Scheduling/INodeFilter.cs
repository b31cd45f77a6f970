using Lab.Manager.BareMetal;

namespace Lab.Manager.Scheduling;

/// <summary>What a server needs of its node.</summary>
/// <param name="Functions">PCI functions: disks, NICs and the config drive.</param>
/// <param name="Host">Name of the node asked for; null for any.</param>
internal sealed record NodeDemand(int Vcpus, int RamMib, int Functions, string? Host);

/// <summary>One reason to refuse a node.</summary>
internal interface INodeFilter
{
    /// <returns>Why the node does not do, or null when it does.</returns>
    string? Refuse(Node node, NodeDemand demand);
}
