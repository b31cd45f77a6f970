using Lab.Manager.Tests.Fixtures;

namespace Lab.Manager.Tests.BareMetal;

public sealed class NodeApiTests
{
    [Fact]
    public async Task Node_WhoseDpuEnrolled_AppearsInBothApis()
    {
        await using var cloud = await ComputeCloud.StartAsync();
        var agent = await cloud.AddNodeAsync();

        var node = (await cloud.Admin.CallAsync("GET", $"baremetal/v1/nodes/{agent.NodeId}")).Body;
        Assert.Equal(agent.Serial, node["name"]!.GetValue<string>());
        Assert.Equal("power off", node["power_state"]!.GetValue<string>());
        var hypervisor = (await cloud.Admin.CallAsync("GET", "compute/v2.1/os-hypervisors/detail")).Body["hypervisors"]![0]!;
        Assert.Equal(agent.Serial, hypervisor["hypervisor_hostname"]!.GetValue<string>());
        Assert.Equal("up", hypervisor["state"]!.GetValue<string>());
        var services = (await cloud.Admin.CallAsync("GET", "compute/v2.1/os-services")).Body["services"]!.AsArray();
        Assert.Contains(services, s => s!["binary"]!.GetValue<string>() == "nova-compute" && s["host"]!.GetValue<string>() == agent.Serial);

        await agent.LeaveAsync();
        await cloud.HypervisorStateAsync(agent, "down");
    }

    [Fact]
    public async Task Nodes_AskedForByATenant_AreForbidden()
    {
        await using var cloud = await ComputeCloud.StartAsync();

        foreach (var path in new[] { "baremetal/v1/nodes", "baremetal/v1/nodes/detail", "baremetal/v1/nodes/x", "compute/v2.1/os-hypervisors", "compute/v2.1/os-services" })
            Assert.Equal((path, 403), (path, (await cloud.Red.CallAsync("GET", path)).Status));
    }

    [Fact]
    public async Task Microversion_BeyondTheRange_IsRefusedWithTheRange()
    {
        await using var cloud = await ComputeCloud.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "baremetal/v1/nodes");
        request.Headers.Add("X-OpenStack-Ironic-API-Version", "1.78");
        using var response = await cloud.Admin.SendAsync(request);

        Assert.Equal(406, (int)response.StatusCode);
        Assert.Equal("1.58", response.Headers.GetValues("X-OpenStack-Ironic-API-Maximum-Version").Single());
        using var nova = new HttpRequestMessage(HttpMethod.Get, "compute/v2.1/servers");
        nova.Headers.Add("OpenStack-API-Version", "compute 2.93");
        using var refused = await cloud.Admin.SendAsync(nova);
        Assert.Equal(406, (int)refused.StatusCode);
    }
}
