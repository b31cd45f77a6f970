using System.Text.Json.Nodes;
using Lab.Contracts.Link;
using Lab.Manager.Conductor;
using Lab.Manager.Tests.Fixtures;

namespace Lab.Manager.Tests.Conductor;

/// <summary>Servers from request to removal, with a storage target and agents on their real wires.</summary>
public sealed class ServerLifeTests
{
    [Fact]
    public async Task Server_CreatedAndDeleted_IsBuiltAndLeavesNothing()
    {
        await using var cloud = await ComputeCloud.StartAsync();
        var agent = await cloud.AddNodeAsync();

        var id = await ComputeCloud.CreateServerAsync(cloud.Red, """, "user_data": "aGVsbG8=" """);
        var server = await ComputeCloud.ServerStatusAsync(cloud.Red, id, "ACTIVE");

        var spec = agent.Last!;
        Assert.Equal(PowerState.On, spec.Power);
        var disk = Assert.Single(spec.Volumes);
        Assert.Equal((0, 2L << 30), (disk.BootIndex, disk.SizeBytes));
        Assert.Equal((Guid.Parse(id), "s1", "aGVsbG8=", "test"), (spec.Instance!.Id, spec.Instance.Name, spec.Instance.UserData, spec.Instance.Metadata["role"]));
        Assert.Equal(TestCloud.ProjectId("red"), spec.Instance.ProjectId);
        var export = Assert.Single(cloud.Storage.Exports.Values);
        var nvme = export["nvme"]!;
        Assert.Equal(disk.Url, $"nvme-tcp://{nvme["address"]}:{nvme["port"]}/{nvme["subnqn"]}");
        var host = Assert.Single(export["hosts"]!.AsArray())!;
        Assert.Equal((host["nqn"]!.GetValue<string>(), host["secret"]!.GetValue<string>()), (disk.Host!.Nqn, disk.Host.DhchapSecret));
        Assert.Equal([agent.StorageAddress], export["clients"]!.AsArray().Select(c => c!.GetValue<string>()));
        Assert.Equal(disk.Id.ToString(), server["os-extended-volumes:volumes_attached"]![0]!["id"]!.GetValue<string>());
        await cloud.NodeStateAsync(agent, "active");

        Assert.Equal(204, (await cloud.Red.CallAsync("DELETE", $"{ComputeCloud.Compute}/servers/{id}")).Status);
        await ComputeCloud.ServerGoneAsync(cloud.Red, id);
        await cloud.NodeStateAsync(agent, "available");
        Assert.Empty(cloud.Storage.Exports);
        Assert.Empty(cloud.Storage.Volumes);
        Assert.Equal((PowerState.Off, 0, 0), (agent.Last!.Power, agent.Last.Volumes.Count, agent.Last.Ports.Count));
        Assert.Null(agent.Last.Instance);
        Assert.Equal(agent.Applied.Select(s => s.Generation).Order(), agent.Applied.Select(s => s.Generation));
    }

    [Fact]
    public async Task Server_NoNodeFits_FaultNamesEachNodesReason()
    {
        await using var cloud = await ComputeCloud.StartAsync();
        var small = await cloud.AddNodeAsync();
        var gone = await cloud.AddNodeAsync(a => (a.Vcpus, a.MemoryMib) = (128, 2_000_000));
        await gone.LeaveAsync();
        await cloud.HypervisorStateAsync(gone, "down");

        var id = await ComputeCloud.CreateServerAsync(cloud.Red, flavor: "huge");
        var fault = (await ComputeCloud.ServerStatusAsync(cloud.Red, id, "ERROR"))["fault"]!["message"]!.GetValue<string>();

        Assert.Contains("schedule", fault, StringComparison.Ordinal);
        Assert.Contains($"{small.Serial}: has 2 vcpus of 64", fault, StringComparison.Ordinal);
        Assert.Contains($"{gone.Serial}: agent is not connected", fault, StringComparison.Ordinal);
        await cloud.Red.CallAsync("DELETE", $"{ComputeCloud.Compute}/servers/{id}");
        await ComputeCloud.ServerGoneAsync(cloud.Red, id);
    }

    [Fact]
    public async Task Server_WhoseNodeFails_IsInErrorAndEverythingIsTakenBack()
    {
        await using var cloud = await ComputeCloud.StartAsync();
        var agent = await cloud.AddNodeAsync(a => a.React = spec =>
            spec.Volumes.Count > 0 ? FakeAgent.Working(spec, "present vol: -5 Input/output error") : FakeAgent.Converged(spec));

        var id = await ComputeCloud.CreateServerAsync(cloud.Red);
        var fault = (await ComputeCloud.ServerStatusAsync(cloud.Red, id, "ERROR"))["fault"]!["message"]!.GetValue<string>();

        Assert.Equal("deploy failed at step 'converge': present vol: -5 Input/output error", fault);
        await cloud.NodeStateAsync(agent, "available");
        Assert.Empty(cloud.Storage.Exports);
        Assert.Empty(cloud.Storage.Volumes);
    }

    [Fact]
    public async Task Server_WhoseStorageRefuses_IsInErrorWithTheStepAndCause()
    {
        await using var cloud = await ComputeCloud.StartAsync();
        var agent = await cloud.AddNodeAsync();
        cloud.Storage.Before = what => what == "POST exports" ? throw new InvalidOperationException("pool is full") : Task.CompletedTask;

        var id = await ComputeCloud.CreateServerAsync(cloud.Red);
        var fault = (await ComputeCloud.ServerStatusAsync(cloud.Red, id, "ERROR"))["fault"]!["message"]!.GetValue<string>();

        Assert.Contains("'connect'", fault, StringComparison.Ordinal);
        Assert.Contains("pool is full", fault, StringComparison.Ordinal);
        await cloud.NodeStateAsync(agent, "available");
        Assert.Empty(cloud.Storage.Volumes);
    }

    [Fact]
    public async Task Server_DeletedWhileItIsBuilt_IsGone()
    {
        await using var cloud = await ComputeCloud.StartAsync();
        var agent = await cloud.AddNodeAsync(a => a.React = spec => spec.Volumes.Count > 0 ? FakeAgent.Working(spec) : FakeAgent.Converged(spec));
        var id = await ComputeCloud.CreateServerAsync(cloud.Red);
        await Eventually.SeeAsync("the agent has the disk", () => agent.Last is { Volumes.Count: 1 });

        await cloud.Red.CallAsync("DELETE", $"{ComputeCloud.Compute}/servers/{id}");

        await ComputeCloud.ServerGoneAsync(cloud.Red, id);
        await cloud.NodeStateAsync(agent, "available");
        Assert.Empty(cloud.Storage.Exports);
        Assert.Empty(cloud.Storage.Volumes);
    }

    [Fact]
    public async Task Server_WhoseAgentReconnects_KeepsItsSpec()
    {
        await using var cloud = await ComputeCloud.StartAsync();
        var agent = await cloud.AddNodeAsync();
        var id = await ComputeCloud.CreateServerAsync(cloud.Red);
        await ComputeCloud.ServerStatusAsync(cloud.Red, id, "ACTIVE");
        var before = agent.Last!;
        var count = agent.Applied.Count;

        await agent.LeaveAsync();
        await agent.ConnectAsync(cloud.Manager.LinkUrl);

        await Eventually.SeeAsync("the spec is pushed again", () => agent.Applied.Count > count);
        Assert.Equal(LinkText(before), LinkText(agent.Last!));
    }

    [Fact]
    public async Task Volume_AttachedAndDetached_ComesAndGoesInTheSpec()
    {
        await using var cloud = await ComputeCloud.StartAsync();
        var agent = await cloud.AddNodeAsync();
        var id = await ComputeCloud.CreateServerAsync(cloud.Red);
        await ComputeCloud.ServerStatusAsync(cloud.Red, id, "ACTIVE");
        var volume = await ComputeCloud.CreateVolumeAsync(cloud.Red, "red");
        var path = $"{ComputeCloud.Compute}/servers/{id}/os-volume_attachments";

        var attached = await cloud.Red.CreateAsync(path, $$$"""{"volumeAttachment": {"volumeId": "{{{volume}}}", "device": null}}""");
        Assert.Equal("/dev/vdb", attached["device"]!.GetValue<string>());
        await ComputeCloud.VolumeStatusAsync(cloud.Red, "red", volume, "in-use");
        Assert.Equal([0, -1], agent.Last!.Volumes.Select(v => v.BootIndex));
        Assert.Equal(409, (await cloud.Red.CallAsync("POST", path, $$$"""{"volumeAttachment": {"volumeId": "{{{volume}}}"}}""")).Status);
        Assert.Equal(409, (await cloud.Red.CallAsync("DELETE", $"{ComputeCloud.Volumes("red")}/volumes/{volume}")).Status);

        Assert.Equal(202, (await cloud.Red.CallAsync("DELETE", $"{path}/{volume}")).Status);
        await ComputeCloud.VolumeStatusAsync(cloud.Red, "red", volume, "available");
        Assert.Single(agent.Last!.Volumes);
        Assert.Single(cloud.Storage.Exports);
        Assert.Equal(404, (await cloud.Red.CallAsync("DELETE", $"{path}/{volume}")).Status);
        var root = agent.Last.Volumes[0].Id;
        Assert.Equal(403, (await cloud.Red.CallAsync("DELETE", $"{path}/{root}")).Status);
    }

    [Fact]
    public async Task Volume_ThatTheGuestDoesNotLetGo_StaysAttached()
    {
        await using var cloud = await ComputeCloud.StartAsync();
        var agent = await cloud.AddNodeAsync();
        var id = await ComputeCloud.CreateServerAsync(cloud.Red);
        await ComputeCloud.ServerStatusAsync(cloud.Red, id, "ACTIVE");
        var volume = await ComputeCloud.CreateVolumeAsync(cloud.Red, "red");
        var path = $"{ComputeCloud.Compute}/servers/{id}/os-volume_attachments";
        await cloud.Red.CreateAsync(path, $$$"""{"volumeAttachment": {"volumeId": "{{{volume}}}"}}""");
        await ComputeCloud.VolumeStatusAsync(cloud.Red, "red", volume, "in-use");
        agent.React = spec => spec.Volumes.Count < 2 ? FakeAgent.Working(spec, "unplug: -110 Connection timed out") : FakeAgent.Converged(spec);

        await cloud.Red.CallAsync("DELETE", $"{path}/{volume}");

        await ComputeCloud.VolumeStatusAsync(cloud.Red, "red", volume, "detaching");
        await ComputeCloud.VolumeStatusAsync(cloud.Red, "red", volume, "in-use");
        Assert.Equal(2, agent.Last!.Volumes.Count);
        Assert.Equal(2, cloud.Storage.Exports.Count);
    }

    [Fact]
    public async Task Volume_ThatTheNodeCannotPresent_IsAvailableAgain()
    {
        await using var cloud = await ComputeCloud.StartAsync();
        var agent = await cloud.AddNodeAsync();
        var id = await ComputeCloud.CreateServerAsync(cloud.Red);
        await ComputeCloud.ServerStatusAsync(cloud.Red, id, "ACTIVE");
        var volume = await ComputeCloud.CreateVolumeAsync(cloud.Red, "red");
        agent.React = spec => spec.Volumes.Count > 1 ? FakeAgent.Working(spec, "no free slot") : FakeAgent.Converged(spec);

        await cloud.Red.CreateAsync($"{ComputeCloud.Compute}/servers/{id}/os-volume_attachments", $$$"""{"volumeAttachment": {"volumeId": "{{{volume}}}"}}""");

        await ComputeCloud.VolumeStatusAsync(cloud.Red, "red", volume, "available");
        Assert.Single(cloud.Storage.Exports);
        Assert.Single(agent.Last!.Volumes);
        await ComputeCloud.ServerStatusAsync(cloud.Red, id, "ACTIVE");
    }

    [Fact]
    public async Task Power_StoppedStartedAndReset_FollowsTheRequests()
    {
        await using var cloud = await ComputeCloud.StartAsync();
        var agent = await cloud.AddNodeAsync(a => a.HasNoSoftReset = true);
        var id = await ComputeCloud.CreateServerAsync(cloud.Red);
        await ComputeCloud.ServerStatusAsync(cloud.Red, id, "ACTIVE");
        var action = $"{ComputeCloud.Compute}/servers/{id}/action";

        Assert.Equal(409, (await cloud.Red.CallAsync("POST", action, """{"os-start": null}""")).Status);
        Assert.Equal(202, (await cloud.Red.CallAsync("POST", action, """{"os-stop": null}""")).Status);
        await ComputeCloud.ServerStatusAsync(cloud.Red, id, "SHUTOFF");
        Assert.Equal((PowerState.Off, 1), (agent.Last!.Power, agent.Last.Volumes.Count));
        Assert.Equal(409, (await cloud.Red.CallAsync("POST", action, """{"reboot": {"type": "HARD"}}""")).Status);
        Assert.Equal(202, (await cloud.Red.CallAsync("POST", action, """{"os-start": null}""")).Status);
        await ComputeCloud.ServerStatusAsync(cloud.Red, id, "ACTIVE");
        Assert.Equal(PowerState.On, agent.Last!.Power);

        Assert.Equal(202, (await cloud.Red.CallAsync("POST", action, """{"reboot": {"type": "SOFT"}}""")).Status);
        await ComputeCloud.ServerStatusAsync(cloud.Red, id, "ACTIVE");
        Assert.Equal(ResetType.ForceRestart, Assert.Single(agent.Resets).Type);
        agent.Console = "one\ntwo\nthree";
        var output = await cloud.Red.CallAsync("POST", action, """{"os-getConsoleOutput": {"length": 2}}""");
        Assert.Equal("two\nthree", output.Body["output"]!.GetValue<string>());
    }

    [Fact]
    public async Task Ports_OfServersOnOneNetwork_AreDescribedToEachOther()
    {
        await using var cloud = await ComputeCloud.StartAsync();
        var network = (await cloud.Red.CreateAsync("network/v2.0/networks", """{"network": {"name": "net"}}""")).Id();
        await cloud.Red.CreateAsync("network/v2.0/subnets", $$$"""{"subnet": {"network_id": "{{{network}}}", "cidr": "192.168.7.0/24", "ip_version": 4}}""");
        var first = await cloud.AddNodeAsync();
        var nics = $$$""", "networks": [{"uuid": "{{{network}}}"}]""";
        var one = await ComputeCloud.CreateServerAsync(cloud.Red, nics);
        var server = await ComputeCloud.ServerStatusAsync(cloud.Red, one, "ACTIVE");
        var second = await cloud.AddNodeAsync();
        var two = await ComputeCloud.CreateServerAsync(cloud.Red, nics);
        await ComputeCloud.ServerStatusAsync(cloud.Red, two, "ACTIVE");

        await Eventually.SeeAsync("the first node hears of the second", () => first.Last is { Ports: [{ Peers.Count: 1 }] });
        var port = first.Last!.Ports[0];
        Assert.Equal(server["addresses"]!["net"]![0]!["addr"]!.GetValue<string>(), port.Addresses[0].IpAddress);
        Assert.Equal(second.Last!.Ports[0].MacAddress, port.Peers[0].MacAddress);
        Assert.Equal(second.StorageAddress.Replace("10.20", "10.30", StringComparison.Ordinal), port.Peers[0].TunnelAddress);
        Assert.Equal("ACTIVE", (await cloud.Red.CallAsync("GET", $"network/v2.0/ports/{port.Id}")).Body["port"]!["status"]!.GetValue<string>());

        var path = $"{ComputeCloud.Compute}/servers/{one}/os-interface";
        var added = await cloud.Red.CreateAsync(path, $$$"""{"interfaceAttachment": {"net_id": "{{{network}}}"}}""");
        await Eventually.SeeAsync("the second NIC is in the spec", () => first.Last is { Ports.Count: 2 });
        await Eventually.SeeAsync("its peers know it", () => second.Last is { Ports: [{ Peers.Count: 2 }] });
        Assert.Equal(202, (await cloud.Red.CallAsync("DELETE", $"{path}/{added["port_id"]!.GetValue<string>()}")).Status);
        await Eventually.SeeAsync("it is gone again", () => first.Last is { Ports.Count: 1 } && second.Last is { Ports: [{ Peers.Count: 1 }] });

        await cloud.Red.CallAsync("DELETE", $"{ComputeCloud.Compute}/servers/{two}");
        await ComputeCloud.ServerGoneAsync(cloud.Red, two);
        Assert.Empty(first.Last!.Ports[0].Peers);
        await Eventually.SeeAsync(
            "one port is left", async () => (await cloud.Red.CallAsync("GET", "network/v2.0/ports")).Body["ports"]!.AsArray().Count, count => count == 1);
    }

    [Fact]
    public async Task Server_FromAnImage_BootsFromAClone()
    {
        await using var cloud = await ComputeCloud.StartAsync();
        var agent = await cloud.AddNodeAsync();
        var image = await cloud.Red.CreateAsync("image/v2/images", """{"name": "probe", "disk_format": "raw", "container_format": "bare"}""");
        using var data = new ByteArrayContent(new byte[1 << 20]);
        data.Headers.ContentType = new("application/octet-stream");
        using var uploaded = await cloud.Red.PutAsync(new Uri($"image/v2/images/{image.Id()}/file", UriKind.Relative), data);
        Assert.Equal(204, (int)uploaded.StatusCode);

        var server = await cloud.Red.CreateAsync(
            $"{ComputeCloud.Compute}/servers", $$$"""{"server": {"name": "s", "flavorRef": "small", "imageRef": "{{{image.Id()}}}", "min_count": 1, "max_count": 1}}""");
        var shown = await ComputeCloud.ServerStatusAsync(cloud.Red, server.Id(), "ACTIVE");

        Assert.Equal(image.Id(), shown["image"]!["id"]!.GetValue<string>());
        Assert.Equal("small", shown["flavor"]!["id"]!.GetValue<string>());
        var disk = cloud.Storage.Volumes[agent.Last!.Volumes[0].Id.ToString()];
        Assert.True(cloud.Storage.Snapshots.ContainsKey(disk["snapshot_id"]!.GetValue<string>()));
        Assert.Equal(1L << 30, disk["size_bytes"]!.GetValue<long>());
    }

    private static string LinkText(NodeSpec spec) => System.Text.Json.JsonSerializer.Serialize(spec, LinkJson.Default.NodeSpec);
}
