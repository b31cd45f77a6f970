using Lab.Manager.Tests.Fixtures;
using static Lab.Manager.Tests.Images.ImageCloud;

namespace Lab.Manager.Tests.Images;

public sealed class ImageApiTests(ImageCloud cloud) : IClassFixture<ImageCloud>
{
    [Fact]
    public async Task Image_OfAnotherTenant_IsSeenOnlyWhenPublic()
    {
        var secret = await CreateAsync(cloud.Red, "raw");
        var open = Guid.Parse((await cloud.Admin.CreateAsync(ImagesPath, """{"name":"os","disk_format":"raw","container_format":"bare","visibility":"public"}""")).Id());

        Assert.Equal(404, (await cloud.Blue.CallAsync("GET", $"{ImagesPath}/{secret}")).Status);
        Assert.Equal(404, (await cloud.Blue.CallAsync("DELETE", $"{ImagesPath}/{secret}")).Status);
        Assert.Equal(404, await UploadAsync(cloud.Blue, secret, Bytes(512)));
        Assert.Equal(404, await PatchAsync(cloud.Blue, secret, """[{"op":"replace","path":"/name","value":"x"}]"""));
        Assert.Equal(200, (await cloud.Blue.CallAsync("GET", $"{ImagesPath}/{open}")).Status);
        Assert.Equal(403, (await cloud.Blue.CallAsync("DELETE", $"{ImagesPath}/{open}")).Status);
        Assert.Equal(403, await UploadAsync(cloud.Blue, open, Bytes(512)));
        Assert.Equal(403, await PatchAsync(cloud.Blue, open, """[{"op":"replace","path":"/name","value":"x"}]"""));
        var (_, listed) = await cloud.Blue.CallAsync("GET", ImagesPath);
        var ids = listed["images"]!.AsArray().Select(i => i!["id"]!.GetValue<string>()).ToList();
        Assert.Contains(open.ToString(), ids);
        Assert.DoesNotContain(secret.ToString(), ids);
        Assert.Equal(403, (await cloud.Red.CallAsync("POST", ImagesPath, """{"disk_format":"raw","visibility":"public"}""")).Status);
    }

    [Fact]
    public async Task Patch_OfAttributes_ChangesAllOrNothing()
    {
        var image = await CreateAsync(cloud.Red, "raw");

        Assert.Equal(200, await PatchAsync(cloud.Red, image, """[{"op":"replace","path":"/name","value":"new"},{"op":"add","path":"/a~1b","value":"c"}]"""));
        var shown = await ShowAsync(cloud.Red, image);
        Assert.Equal(("new", "c"), (shown["name"]!.GetValue<string>(), shown["a/b"]!.GetValue<string>()));

        Assert.Equal(403, await PatchAsync(cloud.Red, image, """[{"op":"replace","path":"/name","value":"newer"},{"op":"replace","path":"/status","value":"active"}]"""));
        Assert.Equal(403, await PatchAsync(cloud.Red, image, """[{"op":"replace","path":"/visibility","value":"public"}]"""));
        Assert.Equal(400, await PatchAsync(cloud.Red, image, """[{"op":"move","path":"/name","from":"/a"}]"""));
        Assert.Equal(400, await PatchAsync(cloud.Red, image, """[{"op":"add","path":"/min_disk","value":-1}]"""));
        Assert.Equal(400, await PatchAsync(cloud.Red, image, """{"name":"x"}"""));
        Assert.Equal(415, (await cloud.Red.CallAsync("PATCH", $"{ImagesPath}/{image}", "[]")).Status);
        Assert.Equal("new", (await ShowAsync(cloud.Red, image))["name"]!.GetValue<string>());

        Assert.Equal(200, await PatchAsync(cloud.Red, image, """[{"op":"replace","path":"/protected","value":true}]"""));
        Assert.Equal(403, (await cloud.Red.CallAsync("DELETE", $"{ImagesPath}/{image}")).Status);
    }

    [Theory]
    [InlineData("""{"disk_format":"vmdk"}""", 400)]
    [InlineData("""{}""", 400)]
    [InlineData("""{"disk_format":"raw","container_format":"ova"}""", 400)]
    [InlineData("""{"disk_format":"raw","status":"active"}""", 403)]
    [InlineData("""{"disk_format":"raw","min_disk":-1}""", 400)]
    [InlineData("""{"disk_format":"raw","visibility":"community"}""", 400)]
    [InlineData("""{"disk_format":"raw","owner":"0123456789abcdef0123456789abcdef"}""", 403)]
    public async Task Create_OfWhatCannotBe_IsRefused(string json, int status)
    {
        var before = (await cloud.Red.CallAsync("GET", ImagesPath)).Body["images"]!.AsArray().Count;

        Assert.Equal(status, (await cloud.Red.CallAsync("POST", ImagesPath, json)).Status);

        Assert.Equal(before, (await cloud.Red.CallAsync("GET", ImagesPath)).Body["images"]!.AsArray().Count);
    }
}
