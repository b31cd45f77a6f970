using System.Text.Json.Nodes;
using Lab.Manager.Tests.Fixtures;

namespace Lab.Manager.Tests.Networking;

public sealed class NetworkingApiTests(TestCloud cloud)
{
    private const string Networks = "network/v2.0/networks";
    private const string Subnets = "network/v2.0/subnets";
    private const string Ports = "network/v2.0/ports";

    private HttpClient Red => cloud.As(TestCloud.Red);
    private HttpClient Blue => cloud.As(TestCloud.Blue);
    private HttpClient Admin => cloud.As(TestCloud.Administrator);

    [Fact]
    public async Task Network_OfAnotherTenant_DoesNotExist()
    {
        var network = await NetworkAsync(Red);
        var subnet = await SubnetAsync(Red, network, "10.1.0.0/24");
        var port = await PortAsync(Red, network);

        foreach (var path in (string[])[$"{Networks}/{network.Id()}", $"{Subnets}/{subnet.Id()}", $"{Ports}/{port.Id()}"])
        {
            Assert.Equal(404, (await Blue.CallAsync("GET", path)).Status);
            Assert.Equal(404, (await Blue.CallAsync("DELETE", path)).Status);
            Assert.Equal(404, (await Blue.CallAsync("PUT", path, """{"network":{},"subnet":{},"port":{}}""")).Status);
            Assert.Equal(200, (await Red.CallAsync("GET", path)).Status);
            Assert.Equal(200, (await Admin.CallAsync("GET", path)).Status);
        }
        Assert.Equal(404, (await Blue.CallAsync("POST", Ports, $$$"""{"port":{"network_id":"{{{network.Id()}}}"}}""")).Status);
        Assert.Equal(404, (await Blue.CallAsync("POST", Subnets, $$$"""{"subnet":{"network_id":"{{{network.Id()}}}","cidr":"10.2.0.0/24"}}""")).Status);
        Assert.Empty((await Blue.CallAsync("GET", $"{Networks}?id={network.Id()}")).Body["networks"]!.AsArray());
    }

    [Fact]
    public async Task Network_Shared_IsUsedAndNotChangedByOthers()
    {
        var network = await Admin.CreateAsync(Networks, """{"network":{"name":"shared","shared":true}}""");
        await SubnetAsync(Admin, network, "10.3.0.0/24");

        var port = await PortAsync(Blue, network);

        Assert.Equal("10.3.0.2", port["fixed_ips"]![0]!["ip_address"]!.GetValue<string>());
        Assert.Equal(403, (await Blue.CallAsync("DELETE", $"{Networks}/{network.Id()}")).Status);
        Assert.Equal(403, (await Blue.CallAsync("PUT", $"{Networks}/{network.Id()}", """{"network":{"name":"mine"}}""")).Status);
        Assert.Equal(403, (await Red.CallAsync("POST", Networks, """{"network":{"name":"x","shared":true}}""")).Status);
    }

    [Fact]
    public async Task Vni_OfEachNetwork_IsItsOwnAndAnAdministratorsToSee()
    {
        var one = await NetworkAsync(Red);
        var two = await NetworkAsync(Red);

        Assert.False(one.ContainsKey("provider:segmentation_id"));
        Assert.NotEqual(await VniAsync(one), await VniAsync(two));

        async Task<int> VniAsync(JsonObject network)
        {
            var (_, body) = await Admin.CallAsync("GET", $"{Networks}/{network.Id()}");
            return body["network"]!["provider:segmentation_id"]!.GetValue<int>();
        }
    }

    [Fact]
    public async Task Subnet_OverlappingOnOneNetwork_IsRefused_AndOnTwo_IsMade()
    {
        var one = await NetworkAsync(Red);
        await SubnetAsync(Red, one, "10.4.0.0/24");

        await SubnetAsync(Red, await NetworkAsync(Red), "10.4.0.0/24");
        await RefusedAsync(Red, Subnets, $$$"""{"subnet":{"network_id":"{{{one.Id()}}}","cidr":"10.4.0.128/25"}}""", 400, "InvalidInput");
    }

    [Theory]
    [InlineData("""  "ip_version":6,"cidr":"fd00::/64" """, 400, "InvalidInput")]
    [InlineData("""  "cidr":"fd00::/64" """, 400, "InvalidInput")]
    [InlineData("""  "cidr":"10.0.0.0/32" """, 400, "InvalidInput")]
    [InlineData("""  "cidr":"10.0.0.0/4" """, 400, "InvalidInput")]
    [InlineData("""  "cidr":"127.0.0.0/16" """, 400, "InvalidInput")]
    [InlineData("""  "cidr":"224.0.0.0/24" """, 400, "InvalidInput")]
    [InlineData("""  "cidr":"10.0.0.0/24","gateway_ip":"10.0.1.1" """, 400, "InvalidInput")]
    [InlineData("""  "cidr":"10.0.0.0/24","gateway_ip":"10.0.0.255" """, 400, "InvalidInput")]
    [InlineData("""  "cidr":"10.0.0.0/24","enable_dhcp":true """, 400, "InvalidInput")]
    [InlineData("""  "cidr":"10.0.0.0/24","host_routes":[{"destination":"0.0.0.0/0","nexthop":"10.0.0.1"}] """, 400, "InvalidInput")]
    [InlineData("""  "cidr":"10.0.0.0/24","dns_nameservers":["dns.example"] """, 400, "InvalidInput")]
    [InlineData("""  "cidr":"10.0.0.0/24","colour":"red" """, 400, "HTTPBadRequest")]
    [InlineData("""  "cidr":"10.0.0.0/24","allocation_pools":[{"start":"10.0.0.9","end":"10.0.0.5"}] """, 400, "InvalidAllocationPool")]
    [InlineData("""  "cidr":"10.0.0.0/24","allocation_pools":[{"start":"10.0.0.5","end":"10.0.1.5"}] """, 400, "OutOfBoundsAllocationPool")]
    [InlineData("""  "cidr":"10.0.0.0/24","allocation_pools":[{"start":"10.0.0.1","end":"10.0.0.5"}] """, 409, "GatewayConflictWithAllocationPools")]
    [InlineData(
        """  "cidr":"10.0.0.0/24","allocation_pools":[{"start":"10.0.0.2","end":"10.0.0.5"},{"start":"10.0.0.5","end":"10.0.0.9"}] """,
        409, "OverlappingAllocationPools")]
    public async Task Subnet_ThatCannotBe_IsRefusedAndNotMade(string members, int status, string type)
    {
        var network = await NetworkAsync(Red);

        await RefusedAsync(Red, Subnets, $$$"""{"subnet":{"network_id":"{{{network.Id()}}}",{{{members}}}}}""", status, type);

        Assert.Empty((await Red.CallAsync("GET", $"{Subnets}?network_id={network.Id()}")).Body["subnets"]!.AsArray());
    }

    [Fact]
    public async Task Subnet_WithoutGateway_HasNone()
    {
        var network = await NetworkAsync(Red);

        var subnet = await Red.CreateAsync(
            Subnets, $$$"""{"subnet":{"network_id":"{{{network.Id()}}}","cidr":"10.5.0.0/29","gateway_ip":null,"dns_nameservers":["9.9.9.9"]}}""");

        Assert.Null(subnet["gateway_ip"]);
        Assert.Equal("""[{"start":"10.5.0.1","end":"10.5.0.6"}]""", subnet["allocation_pools"]!.ToJsonString());
        Assert.Equal("""["9.9.9.9"]""", subnet["dns_nameservers"]!.ToJsonString());
    }

    [Fact]
    public async Task Ports_MadeSideBySide_GetEachAnAddressUntilNoneIsLeft()
    {
        var network = await NetworkAsync(Red);
        await SubnetAsync(Red, network, "10.6.0.0/28");

        var ports = await Task.WhenAll(Enumerable.Range(0, 13).Select(_ => PortAsync(Red, network)));

        Assert.Equal(13, ports.Select(p => p["fixed_ips"]![0]!["ip_address"]!.GetValue<string>()).Distinct().Count());
        Assert.Equal(13, ports.Select(p => p["mac_address"]!.GetValue<string>()).Distinct().Count());
        Assert.All(ports, p => Assert.StartsWith("fa:16:3e:", p["mac_address"]!.GetValue<string>(), StringComparison.Ordinal));
        await RefusedAsync(Red, Ports, $$$"""{"port":{"network_id":"{{{network.Id()}}}"}}""", 409, "IpAddressGenerationFailure");

        Assert.Equal(204, (await Red.CallAsync("DELETE", $"{Ports}/{ports[3].Id()}")).Status);
        var again = await PortAsync(Red, network);
        Assert.Equal(ports[3]["fixed_ips"]!.ToJsonString(), again["fixed_ips"]!.ToJsonString());
    }

    [Fact]
    public async Task Port_AskingForAddressAndMac_GetsThemOnce()
    {
        var network = await NetworkAsync(Red);
        var subnet = await SubnetAsync(Red, network, "10.7.0.0/24");
        var wanted = $$$"""
            {"port":{"network_id":"{{{network.Id()}}}","mac_address":"02:AA:00:00:00:01",
                     "fixed_ips":[{"subnet_id":"{{{subnet.Id()}}}","ip_address":"10.7.0.50"}]}}
            """;

        var port = await Red.CreateAsync(Ports, wanted);

        Assert.Equal("02:aa:00:00:00:01", port["mac_address"]!.GetValue<string>());
        Assert.Equal("10.7.0.50", port["fixed_ips"]![0]!["ip_address"]!.GetValue<string>());
        await RefusedAsync(Red, Ports, wanted, 409, "MacAddressInUse");
        await RefusedAsync(Red, Ports, wanted.Replace("00:01", "00:02", StringComparison.Ordinal), 409, "IpAddressAlreadyAllocated");
        await RefusedAsync(Red, Ports, PortWith(network, "10.8.0.1"), 400, "InvalidIpForSubnet");
        await RefusedAsync(Red, Ports, PortWith(network, "10.7.0.255"), 400, "InvalidIpForSubnet");
        await RefusedAsync(Red, Ports, PortWith(network, "10.7"), 400, "InvalidInput");
        Assert.Single((await Red.CallAsync("GET", $"{Ports}?network_id={network.Id()}")).Body["ports"]!.AsArray());
    }

    [Fact]
    public async Task Delete_OfWhatIsInUse_IsAConflict()
    {
        var network = await NetworkAsync(Red);
        var subnet = await SubnetAsync(Red, network, "10.9.0.0/24");
        var port = await PortAsync(Red, network);

        Assert.Equal(409, (await Red.CallAsync("DELETE", $"{Networks}/{network.Id()}")).Status);
        Assert.Equal(409, (await Red.CallAsync("DELETE", $"{Subnets}/{subnet.Id()}")).Status);

        Assert.Equal(204, (await Red.CallAsync("DELETE", $"{Ports}/{port.Id()}")).Status);
        Assert.Equal(204, (await Red.CallAsync("DELETE", $"{Networks}/{network.Id()}")).Status);
        Assert.Equal(404, (await Red.CallAsync("GET", $"{Subnets}/{subnet.Id()}")).Status);
    }

    [Fact]
    public async Task List_WithFiltersFieldsAndPages_GivesWhatWasAskedFor()
    {
        var network = await NetworkAsync(Red);
        await SubnetAsync(Red, network, "10.10.0.0/24");
        var ports = new List<string>();
        for (var i = 0; i < 3; i++)
            ports.Add((await PortAsync(Red, network)).Id());

        var (_, fields) = await Red.CallAsync("GET", $"{Ports}?network_id={network.Id()}&fields=id&fields=status");
        Assert.Equal(ports, fields["ports"]!.AsArray().Select(p => p!["id"]!.GetValue<string>()));
        Assert.All(fields["ports"]!.AsArray(), p => Assert.Equal(["id", "status"], p!.AsObject().Select(m => m.Key)));

        Assert.Equal([ports[1]], await IdsAsync("fixed_ips=ip_address%3D10.10.0.3"));
        Assert.Equal([ports[0], ports[2]], await IdsAsync($"id={ports[0]}&id={ports[2]}"));
        Assert.Equal([ports[1]], await IdsAsync($"marker={ports[0]}&limit=1"));
        Assert.Equal(ports, await IdsAsync("admin_state_up=True&status=DOWN"));
        Assert.Equal(400, (await Red.CallAsync("GET", $"{Ports}?colour=red")).Status);
        Assert.Equal(400, (await Red.CallAsync("GET", $"{Ports}?limit=many")).Status);

        async Task<IEnumerable<string>> IdsAsync(string query) =>
            (await Red.CallAsync("GET", $"{Ports}?network_id={network.Id()}&{query}")).Body["ports"]!.AsArray().Select(p => p!["id"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("no-uuid")]
    [InlineData("00000000-0000-0000-0000-000000000000")]
    public async Task Show_OfANameOrAnUnknownId_IsNotFound(string id)
    {
        foreach (var path in (string[])[Networks, Subnets, Ports])
            Assert.Equal(404, (await Red.CallAsync("GET", $"{path}/{id}")).Status);
    }

    private static string PortWith(JsonObject network, string address) =>
        $$$"""{"port":{"network_id":"{{{network.Id()}}}","fixed_ips":[{"ip_address":"{{{address}}}"}]}}""";

    private static Task<JsonObject> NetworkAsync(HttpClient client) => client.CreateAsync(Networks, """{"network":{"name":"n"}}""");

    private static Task<JsonObject> SubnetAsync(HttpClient client, JsonObject network, string cidr) =>
        client.CreateAsync(Subnets, $$$"""{"subnet":{"network_id":"{{{network.Id()}}}","cidr":"{{{cidr}}}","ip_version":4}}""");

    private static Task<JsonObject> PortAsync(HttpClient client, JsonObject network) =>
        client.CreateAsync(Ports, $$$"""{"port":{"network_id":"{{{network.Id()}}}","admin_state_up":true}}""");

    private static async Task RefusedAsync(HttpClient client, string path, string json, int status, string type)
    {
        var (answered, body) = await client.CallAsync("POST", path, json);
        Assert.True(answered == status, $"{answered} {body.ToJsonString()}");
        Assert.Equal(type, body["NeutronError"]!["type"]!.GetValue<string>());
    }
}
