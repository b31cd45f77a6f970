using System.Formats.Tar;
using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Lab.Emulators.Bmc.Replay;
using Lab.Emulators.Bmc.Tests.Testbed;
using Lab.Emulators.Host.Tests.Testbed;

namespace Lab.Emulators.Bmc.Tests.Replay;

public sealed class ReplayTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Tree_RecordedFromABmc_IsShownAsItWasAndCannotBeChanged()
    {
        using var directory = new TestDirectory();
        Dictionary<string, JsonNode> recorded;
        await using (var bmc = await SimulatedBmc.StartAsync("dell-r750"))
            recorded = await SchemaJudge.CrawlAsync(async path => await bmc.GetAsync(path));
        Pack(directory["tree.tar.gz"], recorded);

        await using var replay = await SimulatedBmc.StartAsync(replay: RecordedTree.Read(directory["tree.tar.gz"]));
        foreach (var (path, was) in recorded.Where(resource => !resource.Key.Contains("/SessionService", StringComparison.Ordinal)))
            Assert.Equal(Bare(was), Bare(await replay.GetAsync(path)));
        using var nobody = replay.CreateClient(null);
        Assert.Equal(HttpStatusCode.OK, (await nobody.GetAsync("/redfish/v1", Token)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await nobody.GetAsync("/redfish/v1/Systems", Token)).StatusCode);
        using var patched = await replay.PatchAsync("/redfish/v1/Systems/System.Embedded.1", """{"AssetTag":"x"}""");
        Assert.Equal(HttpStatusCode.MethodNotAllowed, patched.StatusCode);
        var expanded = await replay.GetAsync("/redfish/v1/Systems?$expand=.");
        Assert.Equal("PowerEdge R750", expanded["Members"]![0]!["Model"]!.GetValue<string>());
    }

    [Fact]
    public void Tree_WithoutRootOrBroken_IsRefusedByName()
    {
        using var directory = new TestDirectory();
        Pack(directory["empty.tar.gz"], new() { ["/x"] = new JsonObject { ["@odata.id"] = "/x" } });
        Assert.Contains("no /redfish/v1", Assert.Throws<InvalidDataException>(() => RecordedTree.Read(directory["empty.tar.gz"])).Message, StringComparison.Ordinal);
        File.WriteAllText(directory["broken.tar.gz"], "this is no archive");
        Assert.Throws<InvalidDataException>(() => RecordedTree.Read(directory["broken.tar.gz"]));
    }

    private static string Bare(JsonNode resource)
    {
        var copy = resource.DeepClone().AsObject();
        copy.Remove("@odata.etag");
        return copy.ToJsonString();
    }

    private static void Pack(string file, Dictionary<string, JsonNode> resources)
    {
        using var stream = File.Create(file);
        using var packed = new GZipStream(stream, CompressionLevel.Fastest);
        using var tar = new TarWriter(packed);
        var index = 0;
        foreach (var resource in resources.Values)
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, $"tree/{index++}/index.json")
            {
                DataStream = new MemoryStream(Encoding.UTF8.GetBytes(resource.ToJsonString())),
            });
    }
}
