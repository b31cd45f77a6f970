using Lab.Contracts.Link;
using Lab.Manager.BareMetal;
using Lab.Manager.Database;
using Lab.Manager.Http;
using Microsoft.EntityFrameworkCore;

namespace Lab.Manager.Networking;

/// <summary>Ports as compute and the conductor use them.</summary>
internal sealed class ServerPorts(IDbContextFactory<ManagerDbContext> contexts, NetworkingLock gate, TimeProvider time) : IPortService
{
    public async Task<PortInfo> CreateForServerAsync(
        Guid portId, Guid networkId, string? fixedAddress, Guid serverId, RequestContext asker, CancellationToken token)
    {
        using var held = await gate.EnterAsync(token);
        await using var context = await contexts.CreateDbContextAsync(token);
        if (await context.Set<Port>().SingleOrDefaultAsync(p => p.Id == portId, token) is { } made)
            return made.ServerId == serverId
                ? await DescribeAsync(context, made, token)
                : throw ApiException.Conflict($"Port {portId} is in use.");
        var network = await NetworkService.Visible(context, asker).SingleOrDefaultAsync(n => n.Id == networkId, token)
            ?? throw ApiException.BadRequest($"Network {networkId} could not be found.");
        IReadOnlyList<WantedAddress>? wanted = fixedAddress is null ? null : [new WantedAddress(null, fixedAddress)];
        try
        {
            var port = await PortService.AddAsync(context, mac => NewPort(mac, network), null, wanted, token);
            return Describe(port, network);
        }
        catch (ApiException e) when (e.Status == 409 && fixedAddress is not null)
        {
            // Nova words an address that is taken as a bad request.
            throw ApiException.BadRequest(e.Message, e.Type);
        }

        Port NewPort(string mac, Network on) => new()
        {
            Id = portId,
            NetworkId = on.Id,
            ProjectId = asker.ProjectId,
            Name = "",
            MacAddress = mac,
            VnicType = "normal",
            ServerId = serverId,
            OwnedByServer = true,
            CreatedAt = time.GetUtcNow(),
            UpdatedAt = time.GetUtcNow(),
        };
    }

    public async Task<PortInfo> TakeForServerAsync(Guid portId, Guid serverId, RequestContext asker, CancellationToken token)
    {
        using var held = await gate.EnterAsync(token);
        await using var context = await contexts.CreateDbContextAsync(token);
        var port = await PortService.Visible(context, asker).SingleOrDefaultAsync(p => p.Id == portId, token)
            ?? throw ApiException.NotFound("Port", portId);
        if (port.ServerId is { } holder && holder != serverId)
            throw ApiException.Conflict($"Port {portId} is still in use.");
        port.ServerId = serverId;
        port.UpdatedAt = time.GetUtcNow();
        await context.SaveChangesAsync(token);
        return await DescribeAsync(context, port, token);
    }

    public async Task ReleaseAsync(Guid portId, Guid serverId, CancellationToken token)
    {
        using var held = await gate.EnterAsync(token);
        await using var context = await contexts.CreateDbContextAsync(token);
        if (await context.Set<Port>().SingleOrDefaultAsync(p => p.Id == portId && p.ServerId == serverId, token) is not { } port)
            return;
        if (port.OwnedByServer)
        {
            context.Remove(port);
        }
        else
        {
            port.ServerId = null;
            port.NodeId = null;
            port.Active = false;
            port.UpdatedAt = time.GetUtcNow();
        }
        await context.SaveChangesAsync(token);
    }

    public Task BindAsync(Guid portId, Guid nodeId, CancellationToken token) =>
        ChangeAsync(portId, port => port.NodeId = nodeId, token);

    public Task UnbindAsync(Guid portId, CancellationToken token) => ChangeAsync(
        portId,
        port =>
        {
            port.NodeId = null;
            port.Active = false;
        },
        token);

    public Task SetActiveAsync(Guid portId, bool active, CancellationToken token) =>
        ChangeAsync(portId, port => port.Active = active && port.NodeId is not null, token);

    public async Task<IReadOnlyList<PortInfo>> ListForServersAsync(IReadOnlyCollection<Guid> serverIds, CancellationToken token)
    {
        var wanted = serverIds.Select(id => (Guid?)id).ToList();
        await using var context = await contexts.CreateDbContextAsync(token);
        var ports = await context.Set<Port>().AsNoTracking().Where(p => wanted.Contains(p.ServerId))
            .OrderBy(p => p.CreatedAt).ThenBy(p => p.Id).ToListAsync(token);
        var networks = await NetworksOfAsync(context, ports, token);
        return ports.Select(port => Describe(port, networks[port.NetworkId])).ToList();
    }

    public async Task<IReadOnlyList<PortSpec>> DescribeForNodeAsync(Guid nodeId, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        // The node's own ports and those that share a network with them.
        var bound = await context.Set<Port>().AsNoTracking()
            .Where(p => p.NodeId != null && context.Set<Port>().Any(o => o.NodeId == nodeId && o.NetworkId == p.NetworkId))
            .OrderBy(p => p.CreatedAt).ThenBy(p => p.Id).ToListAsync(token);
        var own = bound.Where(p => p.NodeId == nodeId).ToList();
        if (own.Count == 0)
            return [];
        var networkIds = own.Select(p => p.NetworkId).Distinct().ToList();
        var networks = await NetworksOfAsync(context, own, token);
        var subnets = await context.Set<Subnet>().AsNoTracking().Where(s => networkIds.Contains(s.NetworkId)).ToDictionaryAsync(s => s.Id, token);
        var nodeIds = bound.Select(p => p.NodeId!.Value).Distinct().ToList();
        var tunnels = await context.Set<Node>().Where(n => nodeIds.Contains(n.Id)).ToDictionaryAsync(n => n.Id, n => n.TunnelAddress, token);
        return own.Select(port => Specify(port, networks[port.NetworkId], subnets, bound, tunnels)).ToList();
    }

    public async Task<IReadOnlyList<Guid>> NodesOnNetworksAsync(IReadOnlyCollection<Guid> networkIds, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        return await context.Set<Port>().Where(p => p.NodeId != null && networkIds.Contains(p.NetworkId))
            .Select(p => p.NodeId!.Value).Distinct().ToListAsync(token);
    }

    private static PortSpec Specify(
        Port port, Network network, Dictionary<Guid, Subnet> subnets, List<Port> bound, Dictionary<Guid, string> tunnels) => new()
    {
        Id = port.Id,
        NetworkId = port.NetworkId,
        MacAddress = port.MacAddress,
        Mtu = network.Mtu,
        Vni = network.Vni,
        Addresses = port.Leases.OrderBy(l => l.Position).Select(lease =>
        {
            var subnet = subnets[lease.SubnetId];
            return new FixedAddress(lease.IpAddress, subnet.Cidr, subnet.Gateway, subnet.ParseDnsServers());
        }).ToList(),
        Peers = bound.Where(peer => peer.NetworkId == port.NetworkId && peer.Id != port.Id && tunnels.ContainsKey(peer.NodeId!.Value))
            .Select(peer => new PortPeer(
                peer.MacAddress, peer.Leases.OrderBy(l => l.Position).Select(l => l.IpAddress).ToList(), tunnels[peer.NodeId!.Value]))
            .ToList(),
    };

    private async Task ChangeAsync(Guid portId, Action<Port> change, CancellationToken token)
    {
        using var held = await gate.EnterAsync(token);
        await using var context = await contexts.CreateDbContextAsync(token);
        if (await context.Set<Port>().SingleOrDefaultAsync(p => p.Id == portId, token) is not { } port)
            return;
        change(port);
        if (!context.ChangeTracker.HasChanges())
            return;
        port.UpdatedAt = time.GetUtcNow();
        await context.SaveChangesAsync(token);
    }

    private static async Task<PortInfo> DescribeAsync(ManagerDbContext context, Port port, CancellationToken token) =>
        Describe(port, (await NetworksOfAsync(context, [port], token))[port.NetworkId]);

    private static PortInfo Describe(Port port, Network network) => new(
        port.Id,
        port.ServerId ?? Guid.Empty,
        network.Id,
        network.Name,
        port.MacAddress,
        NetworkingJson.Status(port),
        port.NodeId,
        port.Leases.OrderBy(l => l.Position).Select(l => new PortAddress(l.SubnetId, l.IpAddress)).ToList());

    private static async Task<Dictionary<Guid, Network>> NetworksOfAsync(ManagerDbContext context, List<Port> ports, CancellationToken token)
    {
        var ids = ports.Select(p => p.NetworkId).Distinct().ToList();
        return await context.Set<Network>().AsNoTracking().Where(n => ids.Contains(n.Id)).ToDictionaryAsync(n => n.Id, token);
    }
}
