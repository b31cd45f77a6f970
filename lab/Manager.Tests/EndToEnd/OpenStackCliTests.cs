using System.Text.Json.Nodes;
using Lab.Contracts.Link;
using Lab.Manager.Tests.Fixtures;

namespace Lab.Manager.Tests.EndToEnd;

/// <summary>The manager as Debian's own openstack client (6.0.0) drives it. A call takes a second or more, so each says much.</summary>
public sealed class OpenStackCliTests(CliCloud cloud) : IClassFixture<CliCloud>
{
    private OpenStackCli Red => cloud.Red;
    private OpenStackCli Admin => cloud.Admin;

    [Fact]
    public async Task Identity_OfTheCli_GetsTokensAndTheCatalog()
    {
        var token = await Red.JsonAsync("token", "issue");
        var catalog = await Admin.JsonAsync("catalog", "list");
        var projects = await Admin.JsonAsync("project", "list");

        Assert.Equal(43, Text(token["id"]).Length);
        Assert.Equal(
            ["baremetal", "compute", "identity", "image", "network", "volumev3"],
            catalog.AsArray().Select(s => Text(s!["Type"])).Order(StringComparer.Ordinal));
        Assert.Equal(["admin", "red"], Column(projects, "Name").Order(StringComparer.Ordinal));
        await Admin.DoAsync("token", "revoke", Text(token["id"]));
    }

    [Fact]
    public async Task Flavors_OfTheCli_AreMadeAndListed()
    {
        await Admin.DoAsync("flavor", "create", "bm.large", "--vcpus", "8", "--ram", "4096", "--disk", "10");

        var flavors = await Red.JsonAsync("flavor", "list");
        var shown = await Red.JsonAsync("flavor", "show", "bm.large");

        Assert.Superset(new HashSet<string> { "bm.small", "bm.large" }, Column(flavors, "Name").ToHashSet());
        Assert.Equal((8, 4096, 10), ((int)shown["vcpus"]!, (int)shown["ram"]!, (int)shown["disk"]!));
        Assert.Contains("403", await Red.RefusedAsync("flavor", "create", "mine", "--vcpus", "1", "--ram", "1", "--disk", "1"), StringComparison.Ordinal);
        await Admin.DoAsync("flavor", "delete", "bm.large");
    }

    [Fact]
    public async Task Images_OfTheCli_AreUploadedListedAndDeleted()
    {
        await Red.DoAsync("image", "create", "--disk-format", "raw", "--container-format", "bare", "--file", cloud.ImageFile, "my-image");

        Assert.Contains("my-image", Column(await Red.JsonAsync("image", "list"), "Name"));
        var shown = await Red.JsonAsync("image", "show", "my-image");
        Assert.Equal("active", Text(shown["status"]));
        Assert.Equal(CliCloud.ImageBytes, (int)shown["size"]!);
        Assert.Equal(cloud.ImageHash, Text(shown["properties"]!["os_hash_value"]));
        Assert.Contains(
            "it has no qcow2 header", await Red.RefusedAsync("image", "create", "--disk-format", "qcow2", "--file", cloud.ImageFile, "bad"), StringComparison.Ordinal);
        await Red.DoAsync("image", "delete", "my-image");
        Assert.Contains("No Image found", await Red.RefusedAsync("image", "show", "my-image"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Networks_OfTheCli_CarrySubnetsAndPorts()
    {
        await Red.DoAsync("network", "create", "net1");
        await Red.DoAsync("subnet", "create", "--network", "net1", "--subnet-range", "192.168.7.0/24", "sub1");
        var port = await Red.JsonAsync("port", "create", "--network", "net1", "--fixed-ip", "subnet=sub1,ip-address=192.168.7.77", "port1");

        Assert.Equal("192.168.7.77", Text(port["fixed_ips"]![0]!["ip_address"]));
        Assert.StartsWith("fa:16:3e:", Text(port["mac_address"]), StringComparison.Ordinal);
        Assert.Contains("net1", Column(await Red.JsonAsync("network", "list"), "Name"));
        Assert.Equal("192.168.7.2-192.168.7.254", Range((await Red.JsonAsync("subnet", "show", "sub1"))["allocation_pools"]![0]!));
        Assert.Contains("sub1", Column(await Red.JsonAsync("subnet", "list"), "Name"));
        Assert.Equal("DOWN", Text((await Red.JsonAsync("port", "list", "--network", "net1"))[0]!["Status"]));
        Assert.Equal("port1", Text((await Red.JsonAsync("port", "show", "port1"))["name"]));
        Assert.Contains("409", await Red.RefusedAsync("network", "delete", "net1"), StringComparison.Ordinal);
        await Red.DoAsync("port", "delete", "port1");
        await Red.DoAsync("subnet", "delete", "sub1");
        await Red.DoAsync("network", "delete", "net1");

        static string Range(JsonNode pool) => $"{Text(pool["start"])}-{Text(pool["end"])}";
    }

    [Fact]
    public async Task Volumes_OfTheCli_AreMadeGrownAndSnapshotted()
    {
        await Red.DoAsync("volume", "create", "--size", "1", "vol1");
        await VolumeAsync("vol1", "available");
        await Red.DoAsync("volume", "set", "--size", "2", "vol1");
        await VolumeAsync("vol1", "available", 2);
        await Red.DoAsync("volume", "snapshot", "create", "--volume", "vol1", "snap1");
        await Eventually.SeeAsync("snap1 is available", () => FindAsync("snapshots", "snap1"), s => Text(s?["status"]) == "available");
        await Red.DoAsync("volume", "create", "--snapshot", "snap1", "vol2");
        await VolumeAsync("vol2", "available", 2);

        Assert.Contains("snap1", Column(await Red.JsonAsync("volume", "snapshot", "list"), "Name"));
        Assert.Superset(new HashSet<string> { "vol1", "vol2" }, Column(await Red.JsonAsync("volume", "list"), "Name").ToHashSet());
        Assert.Equal(2, (int)(await Red.JsonAsync("volume", "show", "vol1"))["size"]!);
        await Red.DoAsync("volume", "snapshot", "delete", "snap1");
        await Eventually.SeeAsync("snap1 is gone", () => FindAsync("snapshots", "snap1"), s => s is null);
        await Red.DoAsync("volume", "delete", "vol1", "vol2");
        await Eventually.SeeAsync("vol1 is gone", () => FindAsync("volumes", "vol1"), v => v is null);
    }

    [Fact]
    public async Task Servers_OfTheCli_BootFromAnImageAndTakeDisksAndNics()
    {
        await Red.DoAsync("image", "create", "--disk-format", "raw", "--file", cloud.ImageFile, "boot-image");
        await Red.DoAsync("network", "create", "boot-net");
        await Red.DoAsync("subnet", "create", "--network", "boot-net", "--subnet-range", "10.50.0.0/24", "boot-sub");
        await Red.DoAsync("port", "create", "--network", "boot-net", "extra-port");
        await Red.DoAsync("volume", "create", "--size", "1", "data");

        await Red.DoAsync("server", "create", "--image", "boot-image", "--flavor", "bm.small", "--network", "boot-net", "s1");
        var server = (await ServerAsync("ACTIVE"))["id"]!.GetValue<string>();
        var booted = cloud.Agent.Last!;
        var system = Assert.Single(booted.Volumes);
        Assert.Equal((0, PowerState.On), (system.BootIndex, booted.Power));
        Assert.Equal(cloud.ImageHash, await cloud.HashOfVolumeAsync(system.Url, CliCloud.ImageBytes));
        var nic = Assert.Single(booted.Ports);
        Assert.Equal("10.50.0.3", Assert.Single(nic.Addresses).IpAddress);
        await ShownAsync();

        await AttachAndDetachAsync();
        await PowerAsync();

        await Red.DoAsync("server", "delete", "s1");
        await Eventually.SeeAsync("s1 is gone", async () => (await cloud.RedHttp.CallAsync("GET", $"compute/v2.1/servers/{server}")).Status, status => status == 404);
        await Eventually.SeeAsync("the node has nothing", () => cloud.Agent.Last is { Volumes.Count: 0, Ports.Count: 0, Power: PowerState.Off });
        Assert.Equal("available", Text((await Admin.JsonAsync("baremetal", "node", "show", cloud.Agent.Serial))["provision_state"]));
    }

    private async Task ShownAsync()
    {
        cloud.Agent.Console = "Linux version 6.1\nlogin: ";
        var listed = Assert.Single((await Red.JsonAsync("server", "list")).AsArray())!;
        Assert.Equal(("s1", "ACTIVE", "boot-image"), (Text(listed["Name"]), Text(listed["Status"]), Text(listed["Image"])));
        var shown = await Red.JsonAsync("server", "show", "s1");
        Assert.Equal("10.50.0.3", Text(shown["addresses"]!["boot-net"]![0]));
        Assert.Equal([cloud.Agent.Serial], Column(await Admin.JsonAsync("hypervisor", "list"), "Hypervisor Hostname"));
        Assert.Equal("active", Text((await Admin.JsonAsync("baremetal", "node", "list"))[0]!["Provisioning State"]));
    }

    private async Task AttachAndDetachAsync()
    {
        await Red.DoAsync("server", "add", "volume", "s1", "data");
        await VolumeAsync("data", "in-use");
        await Eventually.SeeAsync("the agent presents the disk", () => cloud.Agent.Last!.Volumes.Count == 2);
        await Red.DoAsync("server", "remove", "volume", "s1", "data");
        await VolumeAsync("data", "available");
        Assert.Single(cloud.Agent.Last!.Volumes);

        await Red.DoAsync("server", "add", "port", "s1", "extra-port");
        await NicsAsync(2);
        await Red.DoAsync("server", "remove", "port", "s1", "extra-port");
        await NicsAsync(1);
        await Red.DoAsync("server", "add", "network", "s1", "boot-net");
        await NicsAsync(2);
    }

    private async Task PowerAsync()
    {
        Assert.Contains("login:", await Red.TextAsync("console", "log", "show", "s1"), StringComparison.Ordinal);
        await Red.DoAsync("server", "stop", "s1");
        await ServerAsync("SHUTOFF");
        Assert.Equal(PowerState.Off, cloud.Agent.Last!.Power);
        await Red.DoAsync("server", "start", "s1");
        await ServerAsync("ACTIVE");
        Assert.Equal(PowerState.On, cloud.Agent.Last!.Power);
        await Red.DoAsync("server", "reboot", "--hard", "s1");
        await Eventually.SeeAsync("the host is reset", () => cloud.Agent.Resets.Any(r => r.Type == ResetType.ForceRestart));
        await ServerAsync("ACTIVE");
    }

    private static string Text(JsonNode? node) => node?.GetValue<string>() ?? "";

    private static IEnumerable<string> Column(JsonNode list, string name) => list.AsArray().Select(row => Text(row![name]));

    private Task NicsAsync(int count) => Eventually.SeeAsync($"the server has {count} NICs", () => cloud.Agent.Last!.Ports.Count == count);

    private async Task<JsonNode> ServerAsync(string status) => (await Eventually.SeeAsync(
        $"s1 is {status}",
        async () => (await cloud.RedHttp.CallAsync("GET", "compute/v2.1/servers/detail?name=s1")).Body["servers"]!.AsArray().SingleOrDefault(),
        s => Text(s?["status"]) == status && s!["OS-EXT-STS:task_state"] is null))!;

    private Task VolumeAsync(string name, string status, int? size = null) => Eventually.SeeAsync(
        $"{name} is {status}", () => FindAsync("volumes", name), v => Text(v?["status"]) == status && (size is null || (int)v!["size"]! == size));

    private async Task<JsonNode?> FindAsync(string kind, string name)
    {
        var (_, body) = await cloud.RedHttp.CallAsync("GET", $"volume/v3/{TestCloud.ProjectId("red"):N}/{kind}/detail");
        return body[kind]!.AsArray().SingleOrDefault(v => Text(v!["name"]) == name);
    }
}
