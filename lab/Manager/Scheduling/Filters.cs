using System.Globalization;
using Lab.Manager.BareMetal;
using Lab.Manager.Link;

namespace Lab.Manager.Scheduling;

internal sealed class RequestedHostFilter : INodeFilter
{
    public string? Refuse(Node node, NodeDemand demand) =>
        demand.Host is null || demand.Host == node.Serial ? null : $"host {demand.Host} was asked for";
}

internal sealed class AvailableFilter : INodeFilter
{
    public string? Refuse(Node node, NodeDemand demand) =>
        node.Maintenance ? "in maintenance"
        : node.ServerId is not null ? "occupied"
        : node.ProvisionState != ProvisionState.Available ? "provision state is " + ProvisionStateMachine.Name(node.ProvisionState)
        : null;
}

internal sealed class ConnectedFilter(AgentRegistry agents) : INodeFilter
{
    public const string Reason = "agent is not connected";

    public string? Refuse(Node node, NodeDemand demand) => agents.IsConnected(node.Id) ? null : Reason;
}

internal sealed class SizeFilter : INodeFilter
{
    public string? Refuse(Node node, NodeDemand demand) =>
        node.Vcpus < demand.Vcpus ? string.Create(CultureInfo.InvariantCulture, $"has {node.Vcpus} vcpus of {demand.Vcpus}")
        : node.MemoryMib < demand.RamMib ? string.Create(CultureInfo.InvariantCulture, $"has {node.MemoryMib} MiB of memory of {demand.RamMib}")
        : null;
}

internal sealed class FunctionsFilter : INodeFilter
{
    public string? Refuse(Node node, NodeDemand demand) =>
        node.FunctionsMax >= demand.Functions
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"presents {node.FunctionsMax} PCI functions of {demand.Functions}");
}
