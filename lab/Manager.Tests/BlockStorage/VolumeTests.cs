using Lab.Manager.Tests.Fixtures;

namespace Lab.Manager.Tests.BlockStorage;

public sealed class VolumeTests
{
    [Fact]
    public async Task Volume_SnapshottedClonedExtendedAndDeleted_FollowsOnTheTarget()
    {
        await using var cloud = await ComputeCloud.StartAsync();
        var path = ComputeCloud.Volumes("red");
        var volume = await ComputeCloud.CreateVolumeAsync(cloud.Red, "red");
        var snapshot = (await cloud.Red.CreateAsync($"{path}/snapshots", $$$"""{"snapshot": {"volume_id": "{{{volume}}}", "force": false, "name": "before", "description": null, "metadata": {} }}""")).Id();
        await Eventually.SeeAsync(
            "the snapshot is available",
            async () => (await cloud.Red.CallAsync("GET", $"{path}/snapshots/{snapshot}")).Body["snapshot"]!["status"]!.GetValue<string>(), s => s == "available");

        Assert.Equal(409, (await cloud.Red.CallAsync("DELETE", $"{path}/volumes/{volume}")).Status);
        var clone = (await cloud.Red.CreateAsync($"{path}/volumes", $$$"""{"volume": {"size": 3, "name": "clone", "snapshot_id": "{{{snapshot}}}", "imageRef": null, "source_volid": null}}""")).Id();
        await ComputeCloud.VolumeStatusAsync(cloud.Red, "red", clone, "available");
        Assert.Equal(snapshot, cloud.Storage.Volumes[clone]["snapshot_id"]!.GetValue<string>());
        Assert.Equal(400, (await cloud.Red.CallAsync("POST", $"{path}/volumes/{clone}/action", """{"os-extend": {"new_size": 3}}""")).Status);
        Assert.Equal(202, (await cloud.Red.CallAsync("POST", $"{path}/volumes/{clone}/action", """{"os-extend": {"new_size": 5}}""")).Status);
        await Eventually.SeeAsync(
            "it is larger",
            async () => (await cloud.Red.CallAsync("GET", $"{path}/volumes/{clone}")).Body["volume"]!, v => v["size"]!.GetValue<int>() == 5 && v["status"]!.GetValue<string>() == "available");
        Assert.Equal(5L << 30, cloud.Storage.Volumes[clone]["size_bytes"]!.GetValue<long>());

        foreach (var thing in new[] { $"{path}/volumes/{clone}", $"{path}/snapshots/{snapshot}" })
        {
            Assert.Equal(202, (await cloud.Red.CallAsync("DELETE", thing)).Status);
            await Eventually.SeeAsync($"{thing} is gone", async () => (await cloud.Red.CallAsync("GET", thing)).Status, s => s == 404);
        }
        Assert.Equal(202, (await cloud.Red.CallAsync("DELETE", $"{path}/volumes/{volume}")).Status);
        await Eventually.SeeAsync("the target is empty", () => cloud.Storage.Volumes.IsEmpty && cloud.Storage.Snapshots.IsEmpty);
    }

    [Fact]
    public async Task Volume_ThatTheTargetRefuses_IsInErrorAndCanBeDeleted()
    {
        await using var cloud = await ComputeCloud.StartAsync();
        cloud.Storage.Before = what => what == "POST volumes" ? throw new InvalidOperationException("no space") : Task.CompletedTask;
        var path = $"{ComputeCloud.Volumes("red")}/volumes";

        var volume = (await cloud.Red.CreateAsync(path, """{"volume": {"size": 1}}""")).Id();

        await ComputeCloud.VolumeStatusAsync(cloud.Red, "red", volume, "error");
        Assert.Equal(202, (await cloud.Red.CallAsync("DELETE", $"{path}/{volume}")).Status);
        await Eventually.SeeAsync("it is gone", async () => (await cloud.Red.CallAsync("GET", $"{path}/{volume}")).Status, s => s == 404);
    }
}
