using System.Text.Json.Nodes;
using Lab.Manager.Tests.Fixtures;

namespace Lab.Manager.Tests.Compute;

/// <summary>What one tenant cannot do to another, and what nonsense changes: nothing.</summary>
public sealed class TenancyTests
{
    [Fact]
    public async Task OtherTenantsThings_AskedForInAnyWay_DoNotExist()
    {
        await using var cloud = await ComputeCloud.StartAsync();
        await cloud.AddNodeAsync();
        var server = await ComputeCloud.CreateServerAsync(cloud.Red);
        await ComputeCloud.ServerStatusAsync(cloud.Red, server, "ACTIVE");
        var volume = await ComputeCloud.CreateVolumeAsync(cloud.Red, "red");
        var snapshot = (await cloud.Red.CreateAsync($"{ComputeCloud.Volumes("red")}/snapshots", $$$"""{"snapshot": {"volume_id": "{{{volume}}}"}}""")).Id();
        await Eventually.SeeAsync(
            "the snapshot is available",
            async () => (await cloud.Red.CallAsync("GET", $"{ComputeCloud.Volumes("red")}/snapshots/{snapshot}")).Body["snapshot"]!["status"]!.GetValue<string>(),
            status => status == "available");
        var before = await PictureAsync(cloud);
        var servers = $"{ComputeCloud.Compute}/servers/{server}";
        var volumes = ComputeCloud.Volumes("blue");

        (string Method, string Path, string? Body)[] asked =
        [
            ("GET", servers, null), ("PUT", servers, """{"server": {"name": "stolen"}}"""), ("DELETE", servers, null),
            ("POST", servers + "/action", """{"os-stop": null}"""), ("POST", servers + "/action", """{"reboot": {"type": "HARD"}}"""),
            ("POST", servers + "/action", """{"os-getConsoleOutput": {}}"""),
            ("GET", servers + "/os-volume_attachments", null), ("GET", servers + "/os-interface", null),
            ("POST", servers + "/os-volume_attachments", $$$"""{"volumeAttachment": {"volumeId": "{{{volume}}}"}}"""),
            ("DELETE", $"{servers}/os-volume_attachments/{volume}", null),
            ("POST", servers + "/os-interface", $$$"""{"interfaceAttachment": {"net_id": "{{{Guid.NewGuid()}}}"}}"""),
            ("DELETE", $"{servers}/os-interface/{Guid.NewGuid()}", null),
            ("GET", $"{volumes}/volumes/{volume}", null), ("PUT", $"{volumes}/volumes/{volume}", """{"volume": {"name": "stolen"}}"""),
            ("DELETE", $"{volumes}/volumes/{volume}", null), ("POST", $"{volumes}/volumes/{volume}/action", """{"os-extend": {"new_size": 9}}"""),
            ("GET", $"{volumes}/snapshots/{snapshot}", null), ("DELETE", $"{volumes}/snapshots/{snapshot}", null),
            ("POST", $"{volumes}/snapshots", $$$"""{"snapshot": {"volume_id": "{{{volume}}}"}}"""),
            ("POST", $"{volumes}/volumes", $$$"""{"volume": {"size": 1, "snapshot_id": "{{{snapshot}}}"}}"""),
        ];
        foreach (var (method, path, body) in asked)
        {
            var answer = await cloud.Blue.CallAsync(method, path, body);
            Assert.Equal((method, path, 404), (method, path, answer.Status));
            Assert.Equal(404, answer.Body["itemNotFound"]!["code"]!.GetValue<int>());
        }
        // A volume of another tenant as one's own disk is a bad request, as in nova.
        Assert.Equal(400, (await cloud.Blue.CallAsync("POST", $"{ComputeCloud.Compute}/servers", $$$"""
            {"server": {"name": "s", "flavorRef": "small", "block_device_mapping_v2": [{"uuid": "{{{volume}}}", "source_type": "volume", "boot_index": 0}]}}
            """)).Status);
        // The other project's prefix is not one's own.
        Assert.Equal(400, (await cloud.Blue.CallAsync("GET", $"{ComputeCloud.Volumes("red")}/volumes/{volume}")).Status);
        Assert.Empty((await cloud.Blue.CallAsync("GET", $"{ComputeCloud.Compute}/servers/detail?all_tenants=True")).Body["servers"]!.AsArray());
        Assert.Empty((await cloud.Blue.CallAsync("GET", $"{volumes}/volumes/detail?all_tenants=1")).Body["volumes"]!.AsArray());
        Assert.Equal(before, await PictureAsync(cloud));
    }

    [Fact]
    public async Task Nonsense_OfEveryKind_IsRefusedAndChangesNothing()
    {
        await using var cloud = await ComputeCloud.StartAsync();
        await cloud.AddNodeAsync();
        var server = await ComputeCloud.CreateServerAsync(cloud.Red);
        await ComputeCloud.ServerStatusAsync(cloud.Red, server, "ACTIVE");
        var before = await PictureAsync(cloud);
        var servers = $"{ComputeCloud.Compute}/servers";
        var volumes = ComputeCloud.Volumes("red");
        const string Blank = """{"source_type": "blank", "boot_index": 0, "volume_size": 1}""";

        (string Path, string Body)[] asked =
        [
            (servers, ""), (servers, "{"), (servers, "[]"), (servers, "null"), (servers, "{}"), (servers, """{"server": []}"""),
            (servers, """{"server": {"flavorRef": "small"}}"""),
            (servers, $$$"""{"server": {"name": "", "flavorRef": "small", "block_device_mapping_v2": [{{{Blank}}}]}}"""),
            (servers, $$$"""{"server": {"name": "s", "flavorRef": "none", "block_device_mapping_v2": [{{{Blank}}}]}}"""),
            (servers, $$$"""{"server": {"name": "s", "flavorRef": 7, "block_device_mapping_v2": [{{{Blank}}}]}}"""),
            (servers, """{"server": {"name": "s", "flavorRef": "small"}}"""),
            (servers, """{"server": {"name": "s", "flavorRef": "small", "imageRef": "not an id"}}"""),
            (servers, $$$"""{"server": {"name": "s", "flavorRef": "small", "imageRef": "{{{Guid.NewGuid()}}}"}}"""),
            (servers, $$$"""{"server": {"name": "s", "flavorRef": "small", "block_device_mapping_v2": [{{{Blank}}}, {{{Blank}}}]}}"""),
            (servers, $$$"""{"server": {"name": "s", "flavorRef": "small", "user_data": "§", "block_device_mapping_v2": [{{{Blank}}}]}}"""),
            (servers, $$$"""{"server": {"name": "s", "flavorRef": "small", "max_count": 2, "block_device_mapping_v2": [{{{Blank}}}]}}"""),
            (servers, $$$"""{"server": {"name": "s", "flavorRef": "small", "networks": [{}], "block_device_mapping_v2": [{{{Blank}}}]}}"""),
            (servers, $$$"""{"server": {"name": "s", "flavorRef": "small", "networks": [{"uuid": "{{{Guid.NewGuid()}}}"}], "block_device_mapping_v2": [{{{Blank}}}]}}"""),
            ($"{servers}/{server}/action", """{"fly": null}"""), ($"{servers}/{server}/action", "{}"),
            ($"{servers}/{server}/action", """{"reboot": {"type": "GENTLY"}}"""), ($"{servers}/{server}/action", """{"os-stop": null, "os-start": null}"""),
            ($"{servers}/{server}/os-volume_attachments", """{"volumeAttachment": {}}"""),
            ($"{servers}/{server}/os-interface", """{"interfaceAttachment": {}}"""),
            ($"{volumes}/volumes", "{"), ($"{volumes}/volumes", """{"volume": {}}"""), ($"{volumes}/volumes", """{"volume": {"size": 0}}"""),
            ($"{volumes}/volumes", """{"volume": {"size": "much"}}"""), ($"{volumes}/volumes", """{"volume": {"size": 1, "name": 1}}"""),
            ($"{volumes}/snapshots", """{"snapshot": {}}"""),
        ];
        foreach (var (path, body) in asked)
        {
            var answer = await cloud.Red.CallAsync("POST", path, body);
            Assert.Equal((path, body, 400), (path, body, answer.Status));
            Assert.Equal(400, answer.Body["badRequest"]!["code"]!.GetValue<int>());
        }
        foreach (var path in new[] { $"{servers}/no-such-name", $"{servers}/{Guid.NewGuid()}", $"{volumes}/volumes/no-such-name", $"{ComputeCloud.Compute}/flavors/none" })
            Assert.Equal((path, 404), (path, (await cloud.Red.CallAsync("GET", path)).Status));
        Assert.Equal(403, (await cloud.Red.CallAsync("POST", $"{ComputeCloud.Compute}/flavors", """{"flavor": {"name": "f", "ram": 1, "vcpus": 1, "disk": 1}}""")).Status);
        Assert.Equal(before, await PictureAsync(cloud));
    }

    /// <summary>All that an administrator sees, without what time alone changes.</summary>
    private static async Task<string> PictureAsync(ComputeCloud cloud)
    {
        var picture = new JsonArray();
        foreach (var path in new[]
        {
            $"{ComputeCloud.Compute}/servers/detail?all_tenants=1", $"{ComputeCloud.Volumes("admin")}/volumes/detail?all_tenants=1",
            $"{ComputeCloud.Volumes("admin")}/snapshots/detail?all_tenants=1", "network/v2.0/ports", $"{ComputeCloud.Compute}/flavors/detail",
        })
            picture.Add((await cloud.Admin.CallAsync("GET", path)).Body);
        return picture.ToJsonString() + cloud.Storage.Volumes.Count + cloud.Storage.Exports.Count;
    }
}
