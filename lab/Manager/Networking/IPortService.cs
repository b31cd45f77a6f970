using Lab.Contracts.Link;
using Lab.Manager.Http;

namespace Lab.Manager.Networking;

/// <summary>
/// What compute and the conductor need of ports. All calls are idempotent, so that a resumed workflow may repeat them. Refusals are
/// <see cref="ApiException"/>s with the status that the compute API should answer.
/// </summary>
internal interface IPortService
{
    /// <summary>Makes a port of the server's own on a network: deleted with <see cref="ReleaseAsync"/>.</summary>
    /// <param name="fixedAddress">Null takes the next free one of the network's subnets.</param>
    /// <exception cref="ApiException">400: no such network for the asker, or the address is bad or used; 409: no address is left.</exception>
    Task<PortInfo> CreateForServerAsync(
        Guid portId, Guid networkId, string? fixedAddress, Guid serverId, RequestContext asker, CancellationToken token);

    /// <summary>Takes an existing port for a server.</summary>
    /// <exception cref="ApiException">404: no such port for the asker; 409: another device has it.</exception>
    Task<PortInfo> TakeForServerAsync(Guid portId, Guid serverId, RequestContext asker, CancellationToken token);

    /// <summary>Undoes the two above: unbinds; a port made for the server is deleted, a taken one is free again.</summary>
    Task ReleaseAsync(Guid portId, Guid serverId, CancellationToken token);

    /// <summary>The port is to be on that node's DPU (binding:host_id); it is described to its peers from now on.</summary>
    Task BindAsync(Guid portId, Guid nodeId, CancellationToken token);

    Task UnbindAsync(Guid portId, CancellationToken token);

    /// <summary>Port status ACTIVE or DOWN, as the agent reports it.</summary>
    Task SetActiveAsync(Guid portId, bool active, CancellationToken token);

    Task<IReadOnlyList<PortInfo>> ListForServersAsync(IReadOnlyCollection<Guid> serverIds, CancellationToken token);

    /// <summary>The ports bound to a node, with their peers (the other bound ports of the network, wherever they are).</summary>
    Task<IReadOnlyList<PortSpec>> DescribeForNodeAsync(Guid nodeId, CancellationToken token);

    /// <summary>Nodes that have a port bound on any of these networks: whose specs change when a port there is bound or unbound.</summary>
    Task<IReadOnlyList<Guid>> NodesOnNetworksAsync(IReadOnlyCollection<Guid> networkIds, CancellationToken token);
}

/// <param name="NodeId">Null while unbound.</param>
internal sealed record PortInfo(
    Guid Id, Guid ServerId, Guid NetworkId, string NetworkName, string MacAddress, string Status, Guid? NodeId, IReadOnlyList<PortAddress> Addresses);

internal sealed record PortAddress(Guid SubnetId, string IpAddress);
