using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lab.Emulators.Storage.Tests.Support;

namespace Lab.Emulators.Storage.Tests.Rest;

public sealed class ManagementTests(TargetFixture target) : IClassFixture<TargetFixture>
{
    private readonly Management management = target.Management;

    [Fact]
    public async Task Create_SameIdSameParameters_GivesTheExistingElseConflicts()
    {
        var id = Guid.NewGuid();
        var volume = new JsonObject { ["id"] = id, ["size_bytes"] = 1 << 20 };
        await management.PostAsync("volumes", volume);
        await management.PostAsync($"volumes/{id}/resize", new JsonObject { ["size_bytes"] = 2 << 20 }, HttpStatusCode.OK);
        await management.PostAsync("volumes", volume, HttpStatusCode.OK);
        await management.PostAsync("volumes", new JsonObject { ["id"] = volume["id"]!.DeepClone(), ["size_bytes"] = 512 }, HttpStatusCode.Conflict);

        var snapshot = new JsonObject { ["id"] = Guid.NewGuid(), ["volume_id"] = volume["id"]!.DeepClone() };
        await management.PostAsync("snapshots", snapshot);
        await management.PostAsync("snapshots", snapshot, HttpStatusCode.OK);
        var clone = new JsonObject { ["id"] = Guid.NewGuid(), ["snapshot_id"] = snapshot["id"]!.DeepClone() };
        Assert.Equal(2 << 20, (await management.PostAsync("volumes", clone)).GetProperty("size_bytes").GetInt64());
        await management.PostAsync("volumes", clone, HttpStatusCode.OK);

        var export = new JsonObject
        {
            ["id"] = "idempotent", ["volume_id"] = volume["id"]!.DeepClone(), ["clients"] = new JsonArray("127.0.0.1"), ["read_only"] = false,
        };
        var created = await management.PostAsync("exports", export);
        Assert.Equal($"nbd://{target.Nbd}/idempotent", created.GetProperty("url").GetString());
        await management.PostAsync("exports", export, HttpStatusCode.OK);
        export["read_only"] = true;
        await management.PostAsync("exports", export, HttpStatusCode.Conflict);
        await management.DeleteAsync("exports/idempotent");
        await management.DeleteAsync("exports/idempotent", HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("volumes", "{")]
    [InlineData("volumes", "[]")]
    [InlineData("volumes", "null")]
    [InlineData("volumes", "{}")]
    [InlineData("volumes", """{"id":"no-guid","size_bytes":512}""")]
    [InlineData("volumes", """{"id":"00000000-0000-0000-0000-000000000000","size_bytes":512}""")]
    [InlineData("volumes", """{"id":"22222222-0000-0000-0000-000000000000"}""")]
    [InlineData("volumes", """{"id":"22222222-0000-0000-0000-000000000000","size_bytes":0}""")]
    [InlineData("volumes", """{"id":"22222222-0000-0000-0000-000000000000","size_bytes":-512}""")]
    [InlineData("volumes", """{"id":"22222222-0000-0000-0000-000000000000","size_bytes":513}""")]
    [InlineData("volumes", """{"id":"22222222-0000-0000-0000-000000000000","size_bytes":"512"}""")]
    [InlineData("volumes", """{"id":"22222222-0000-0000-0000-000000000000","size_bytes":9223372036854775296}""")]
    [InlineData("volumes", """{"id":"22222222-0000-0000-0000-000000000000","size_bytes":99999999999999999999}""")]
    [InlineData("volumes", """{"id":"22222222-0000-0000-0000-000000000000","size_bytes":512,"pool":"other"}""")]
    [InlineData("volumes", """{"id":"22222222-0000-0000-0000-000000000000","size_bytes":512,"colour":"red"}""")]
    [InlineData("snapshots", """{"id":"22222222-0000-0000-0000-000000000000"}""")]
    [InlineData("exports", """{"id":"../x","volume_id":"22222222-0000-0000-0000-000000000000","clients":[]}""")]
    [InlineData("exports", """{"id":"x","volume_id":"22222222-0000-0000-0000-000000000000","clients":null}""")]
    [InlineData("exports", """{"id":"x","volume_id":"22222222-0000-0000-0000-000000000000","clients":["10.0.0.0/8"]}""")]
    [InlineData("exports", """{"id":"x","volume_id":"22222222-0000-0000-0000-000000000000","clients":["1"]}""")]
    [InlineData("exports", """{"id":"x","volume_id":"22222222-0000-0000-0000-000000000000","clients":[null]}""")]
    public async Task Post_BadBody_Is400WithAReasonAndChangesNothing(string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await management.Http.PostAsync(path, content);
        var error = await ErrorAsync(response);
        Assert.Equal((HttpStatusCode.BadRequest, "invalid"), (response.StatusCode, error.Code));
        Assert.NotEmpty(error.Message);
        await AssertErrorAsync("volumes/22222222-0000-0000-0000-000000000000", HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("volumes/33333333-0000-0000-0000-000000000000")]
    [InlineData("snapshots/33333333-0000-0000-0000-000000000000")]
    [InlineData("exports/none")]
    [InlineData("volumes/no-guid")]
    [InlineData("nothing")]
    public async Task Get_Unknown_Is404(string path) => await AssertErrorAsync(path, HttpStatusCode.NotFound);

    [Fact]
    public async Task Post_NoJson_Is415_AndTooLong_Is413()
    {
        using var text = new StringContent("x", Encoding.UTF8, "text/plain");
        using var unsupported = await management.Http.PostAsync("volumes", text);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, unsupported.StatusCode);
        using var large = new StringContent($$"""{"id":"{{new string('x', 100_000)}}"}""", Encoding.UTF8, "application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, "volumes") { Content = large };
        request.Headers.ExpectContinue = true;
        using var tooLong = await management.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, tooLong.StatusCode);
    }

    [Fact]
    public async Task Delete_InUse_Conflicts()
    {
        var volume = await management.CreateVolumeAsync(1 << 20);
        var url = await management.ExportAsync(volume);
        await management.DeleteAsync($"volumes/{volume}", HttpStatusCode.Conflict);
        using var content = new ByteArrayContent([1]);
        using var fill = await management.Http.PutAsync($"volumes/{volume}/content", content);
        Assert.Equal(HttpStatusCode.Conflict, fill.StatusCode);
        await management.EndExportAsync(url);
        await management.DeleteAsync($"volumes/{volume}");
    }

    [Fact]
    public async Task Content_SparseThenShorter_TakesOnlyItsDataAndReturnsItAll()
    {
        var before = await management.PoolUsedAsync();
        var volume = await management.CreateVolumeAsync(8 << 20);
        var bytes = new byte[8 << 20];
        bytes[3 << 20] = 1;
        bytes[^1] = 1;
        await PutAsync(volume, bytes);
        Assert.Equal(2 * 65536, await management.PoolUsedAsync() - before);
        await PutAsync(volume, bytes[..(1 << 20)]);
        Assert.Equal(0, await management.PoolUsedAsync() - before);
        await PutAsync(volume, Enumerable.Repeat((byte)1, 1000).ToArray());
        Assert.Equal(65536, await management.PoolUsedAsync() - before);
        await management.DeleteAsync($"volumes/{volume}");
        Assert.Equal(0, await management.PoolUsedAsync() - before);
    }

    [Fact]
    public async Task Content_LongerThanTheVolumeOrWithoutLength_IsRefused()
    {
        var volume = await management.CreateVolumeAsync(1 << 20);
        using var longer = new ByteArrayContent(new byte[(1 << 20) + 1]);
        using var tooLong = await management.Http.PutAsync($"volumes/{volume}/content", longer);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, tooLong.StatusCode);
        using var request = new HttpRequestMessage(HttpMethod.Put, $"volumes/{volume}/content") { Content = new ByteArrayContent([1]) };
        request.Headers.TransferEncodingChunked = true;
        using var unknown = await management.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.LengthRequired, unknown.StatusCode);
    }

    [Fact]
    public async Task Delete_OfAFilledVolume_ReturnsDiskSpace()
    {
        var volume = await management.CreateVolumeAsync(64 << 20);
        var bytes = new byte[32 << 20];
        Array.Fill(bytes, (byte)7);
        await PutAsync(volume, bytes);
        Assert.True(await DiskUsedAsync() >= bytes.Length);
        await management.DeleteAsync($"volumes/{volume}");
        Assert.True(await DiskUsedAsync() < bytes.Length);
    }

    private async Task<long> DiskUsedAsync()
    {
        var output = await Tool.RunAsync("du", "-s", "--block-size=1", target.PoolDirectory);
        return long.Parse(output.Split('\t')[0], System.Globalization.CultureInfo.InvariantCulture);
    }

    private async Task PutAsync(Guid volume, byte[] bytes)
    {
        using var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using var response = await management.Http.PutAsync($"volumes/{volume}/content", content);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    private async Task AssertErrorAsync(string path, HttpStatusCode expected)
    {
        using var response = await management.Http.GetAsync(path);
        Assert.Equal(expected, response.StatusCode);
        Assert.NotEmpty((await ErrorAsync(response)).Message);
    }

    private static async Task<(string Code, string Message)> ErrorAsync(HttpResponseMessage response)
    {
        var body = JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync());
        var error = body.GetProperty("error");
        return (error.GetProperty("code").GetString()!, error.GetProperty("message").GetString()!);
    }
}
