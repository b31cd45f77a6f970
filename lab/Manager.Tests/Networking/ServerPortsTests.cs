using Lab.Manager.BareMetal;
using Lab.Manager.Database;
using Lab.Manager.Http;
using Lab.Manager.Identity;
using Lab.Manager.Networking;
using Lab.Manager.Tests.Fixtures;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Lab.Manager.Tests.Networking;

public sealed class ServerPortsTests(TestCloud cloud)
{
    private static readonly RequestContext Red = new(Guid.NewGuid(), TestCloud.ProjectId("red"), [RoleNames.Member], IsAdmin: false);
    private static readonly RequestContext Blue = new(Guid.NewGuid(), TestCloud.ProjectId("blue"), [RoleNames.Member], IsAdmin: false);

    private IPortService Ports => cloud.Services.GetRequiredService<IPortService>();

    [Fact]
    public async Task Create_Repeated_GivesTheSamePort_AndGoesWithItsServer()
    {
        var network = await NetworkAsync("10.20.1.0/24");
        var (portId, serverId) = (Guid.NewGuid(), Guid.NewGuid());

        var first = await Ports.CreateForServerAsync(portId, network, null, serverId, Red, default);
        var second = await Ports.CreateForServerAsync(portId, network, null, serverId, Red, default);

        Assert.Equal(first.MacAddress, second.MacAddress);
        Assert.Equal("10.20.1.2", Assert.Single(second.Addresses).IpAddress);
        Assert.Equal(409, (await cloud.As(TestCloud.Red).CallAsync("DELETE", $"network/v2.0/ports/{portId}")).Status);

        await Ports.ReleaseAsync(portId, Guid.NewGuid(), default);
        Assert.Single(await Ports.ListForServersAsync([serverId], default));
        await Ports.ReleaseAsync(portId, serverId, default);
        await Ports.ReleaseAsync(portId, serverId, default);
        Assert.Empty(await Ports.ListForServersAsync([serverId], default));
    }

    [Fact]
    public async Task Create_WithAnAddressThatIsTakenOrOnAForeignNetwork_IsABadRequest()
    {
        var network = await NetworkAsync("10.20.2.0/24");
        await Ports.CreateForServerAsync(Guid.NewGuid(), network, "10.20.2.9", Guid.NewGuid(), Red, default);

        Assert.Equal(400, await StatusAsync(Ports.CreateForServerAsync(Guid.NewGuid(), network, "10.20.2.9", Guid.NewGuid(), Red, default)));
        Assert.Equal(400, await StatusAsync(Ports.CreateForServerAsync(Guid.NewGuid(), network, null, Guid.NewGuid(), Blue, default)));
    }

    [Fact]
    public async Task Take_OfAFreePort_KeepsItWhenReleased()
    {
        var network = await NetworkAsync("10.20.3.0/24");
        var port = await cloud.As(TestCloud.Red).CreateAsync("network/v2.0/ports", $$$"""{"port":{"network_id":"{{{network}}}"}}""");
        var (portId, serverId) = (Guid.Parse(port.Id()), Guid.NewGuid());

        await Ports.TakeForServerAsync(portId, serverId, Red, default);
        await Ports.TakeForServerAsync(portId, serverId, Red, default);

        Assert.Equal(409, await StatusAsync(Ports.TakeForServerAsync(portId, Guid.NewGuid(), Red, default)));
        Assert.Equal(404, await StatusAsync(Ports.TakeForServerAsync(portId, serverId, Blue, default)));
        var (_, shown) = await cloud.As(TestCloud.Red).CallAsync("GET", $"network/v2.0/ports?device_id={serverId}");
        Assert.Equal("compute:nova", shown["ports"]![0]!["device_owner"]!.GetValue<string>());

        await Ports.ReleaseAsync(portId, serverId, default);
        Assert.Equal(204, (await cloud.As(TestCloud.Red).CallAsync("DELETE", $"network/v2.0/ports/{portId}")).Status);
    }

    [Fact]
    public async Task Describe_OfANode_TellsPeersOnOtherNodesWhileTheyAreBound()
    {
        var network = await NetworkAsync("10.20.4.0/24");
        var elsewhere = await NetworkAsync("10.20.4.0/24");
        var (nodeA, nodeB) = (await NodeAsync("10.30.0.11"), await NodeAsync("10.30.0.12"));
        var a = await Ports.CreateForServerAsync(Guid.NewGuid(), network, null, Guid.NewGuid(), Red, default);
        var b = await Ports.CreateForServerAsync(Guid.NewGuid(), network, null, Guid.NewGuid(), Red, default);
        var other = await Ports.CreateForServerAsync(Guid.NewGuid(), elsewhere, null, Guid.NewGuid(), Blue with { ProjectId = Red.ProjectId }, default);
        await Ports.BindAsync(a.Id, nodeA, default);
        await Ports.BindAsync(other.Id, nodeB, default);
        Assert.Empty(Assert.Single(await Ports.DescribeForNodeAsync(nodeA, default)).Peers);

        await Ports.BindAsync(b.Id, nodeB, default);
        await Ports.SetActiveAsync(b.Id, true, default);

        var spec = Assert.Single(await Ports.DescribeForNodeAsync(nodeA, default));
        Assert.Equal("10.20.4.2", Assert.Single(spec.Addresses).IpAddress);
        Assert.Equal("10.20.4.0/24", spec.Addresses[0].Cidr);
        Assert.Equal("10.20.4.1", spec.Addresses[0].Gateway);
        Assert.Equal(NetworkingLimits.MtuDefault, spec.Mtu);
        var peer = Assert.Single(spec.Peers);
        Assert.Equal((b.MacAddress, "10.30.0.12"), (peer.MacAddress, peer.TunnelAddress));
        Assert.Equal(["10.20.4.3"], peer.IpAddresses);
        var onB = await Ports.DescribeForNodeAsync(nodeB, default);
        Assert.Equal(2, onB.Select(p => p.Vni).Distinct().Count());
        Assert.Equal(new HashSet<Guid> { nodeA, nodeB }, (await Ports.NodesOnNetworksAsync([network], default)).ToHashSet());
        Assert.Equal("ACTIVE", Assert.Single(await Ports.ListForServersAsync([b.ServerId], default)).Status);

        await Ports.UnbindAsync(b.Id, default);
        Assert.Empty(Assert.Single(await Ports.DescribeForNodeAsync(nodeA, default)).Peers);
        Assert.Equal("DOWN", Assert.Single(await Ports.ListForServersAsync([b.ServerId], default)).Status);
    }

    private static async Task<int> StatusAsync(Task task) => (await Assert.ThrowsAsync<ApiException>(() => task)).Status;

    private async Task<Guid> NetworkAsync(string cidr)
    {
        var network = await cloud.As(TestCloud.Red).CreateAsync("network/v2.0/networks", """{"network":{"name":"n"}}""");
        await cloud.As(TestCloud.Red).CreateAsync(
            "network/v2.0/subnets", $$$"""{"subnet":{"network_id":"{{{network.Id()}}}","cidr":"{{{cidr}}}"}}""");
        return Guid.Parse(network.Id());
    }

    private async Task<Guid> NodeAsync(string tunnelAddress)
    {
        await using var context = await cloud.Services.GetRequiredService<IDbContextFactory<ManagerDbContext>>().CreateDbContextAsync();
        var node = new Node
        {
            Id = Guid.NewGuid(),
            Number = 1000 + await context.Set<Node>().CountAsync(),
            Serial = "TEST-" + Guid.NewGuid().ToString("N"),
            AgentVersion = "0",
            StorageAddress = tunnelAddress,
            HostNqn = "",
            TunnelAddress = tunnelAddress,
        };
        context.Add(node);
        await context.SaveChangesAsync();
        return node.Id;
    }
}
