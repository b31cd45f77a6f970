using Lab.Manager.Tests.Fixtures;

namespace Lab.Manager.Tests.Compute;

public sealed class FlavorTests
{
    [Fact]
    public async Task Flavor_MadeByAnAdministrator_IsSeenByTenants()
    {
        await using var cloud = await ComputeCloud.StartAsync();
        var path = $"{ComputeCloud.Compute}/flavors";

        var made = await cloud.Admin.CreateAsync(
            path, """{"flavor": {"name": "m1", "ram": 1024, "vcpus": 2, "disk": 3, "id": null, "swap": 0, "OS-FLV-EXT-DATA:ephemeral": 0, "rxtx_factor": 1.0, "os-flavor-access:is_public": true}}""");

        Assert.Equal(409, (await cloud.Admin.CallAsync("POST", path, """{"flavor": {"name": "m1", "ram": 1, "vcpus": 1, "disk": 0}}""")).Status);
        var seen = (await cloud.Red.CallAsync("GET", $"{path}/{made.Id()}")).Body["flavor"]!;
        Assert.Equal((1024, 2, 3), (seen["ram"]!.GetValue<int>(), seen["vcpus"]!.GetValue<int>(), seen["disk"]!.GetValue<int>()));
        Assert.Equal(3, (await cloud.Red.CallAsync("GET", $"{path}/detail?is_public=None")).Body["flavors"]!.AsArray().Count);
        var page = (await cloud.Red.CallAsync("GET", $"{path}?limit=1&marker=huge")).Body["flavors"]!.AsArray();
        Assert.NotEqual("huge", Assert.Single(page)!["id"]!.GetValue<string>());
        Assert.Equal(403, (await cloud.Red.CallAsync("DELETE", $"{path}/{made.Id()}")).Status);
        Assert.Equal(202, (await cloud.Admin.CallAsync("DELETE", $"{path}/{made.Id()}")).Status);
        Assert.Equal(404, (await cloud.Admin.CallAsync("GET", $"{path}/{made.Id()}")).Status);
    }
}
