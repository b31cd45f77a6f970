using System.Text.Json.Nodes;
using Lab.Emulators.Dpu.Tests.Card;

namespace Lab.Emulators.Dpu.Tests.Wire;

/// <summary>The requests that a real SPDK v26.09-pre was sent, in their order, against its answers.</summary>
public sealed class TranscriptTests
{
    /// <summary>Answered by the state that SPDK's QoS was in for seconds, which is no rule to copy.</summary>
    private const string QosBusy = "Failed to configure rate limit: Resource temporarily unavailable";

    [Fact]
    public async Task Requests_OfTheTranscript_AreAnsweredAsSpdkDid()
    {
        await using var card = await CardFixture.StartAsync();
        var image = card.InDirectory("bootdisk.raw");
        await File.WriteAllBytesAsync(image, new byte[4096]);
        var served = (await card.Spdk.ResultAsync("rpc_get_methods"))!.AsArray().Select(n => (string)n!).ToHashSet();
        var compared = 0;
        foreach (var entry in Entries().Where(e => e["request"] is not null))
        {
            var request = entry["request"]!.AsObject();
            var method = (string)request["method"]!;
            if ((!served.Contains(method) && method != "no_such_method") || entry["response"] is not { } expected
                || (string?)expected["error"]?["message"] == QosBusy)
                continue;
            await card.Spdk.SendAsync(request.ToJsonString().Replace("/images/bootdisk.raw", image, StringComparison.Ordinal));
            var answer = JsonNode.Parse((await card.Spdk.ReadLineAsync())!)!;
            Compare(method, expected, answer);
            compared++;
        }
        Assert.True(compared >= 25, $"only {compared} compared");
    }

    [Fact]
    public async Task RawTexts_OfTheTranscript_AreAnsweredAsSpdkDid()
    {
        await using var card = await CardFixture.StartAsync();
        foreach (var entry in Entries().Where(e => e["raw_request"] is not null))
        {
            using var client = new RawClient(card.SpdkSocket);
            await client.SendAsync((string)entry["raw_request"]!);
            var expected = (string)entry["raw_response"]!;
            if (expected.Length == 0)
            {
                Assert.Null(await client.ReadLineAsync());
            }
            else if (expected == "(TimeoutError)")
            {
                await AssertSilenceAsync(client, (string)entry["note"]!);
            }
            else
            {
                foreach (var line in expected.Split('\n', StringSplitOptions.RemoveEmptyEntries))
                    Assert.Equal(WithoutResults(line), WithoutResults((await client.ReadLineAsync())!));
            }
        }
    }

    /// <summary>A later request is the first to be answered: no clock is needed to hear nothing.</summary>
    private static async Task AssertSilenceAsync(RawClient client, string note)
    {
        const string probe = """{"method":"rpc_get_methods","params":{},"id":"probe"}""";
        await client.SendAsync(note.StartsWith("truncated", StringComparison.Ordinal) ? "od\":\"nope\",\"id\":\"probe\"}" : probe);
        Assert.Equal("probe", (string?)JsonNode.Parse((await client.ReadLineAsync())!)!["id"]);
    }

    private static void Compare(string method, JsonNode expected, JsonNode answer)
    {
        Assert.Equal(expected["id"]!.ToJsonString(), answer["id"]!.ToJsonString());
        Assert.Equal(expected["error"]?.ToJsonString(), answer["error"]?.ToJsonString());
        if (expected["error"] is not null)
            return;
        switch (method)
        {
            case "spdk_get_version":
                Assert.Equal(["major", "minor", "patch", "suffix"], Members(answer["result"]!["fields"]!));
                Assert.StartsWith("SPDK v", (string)answer["result"]!["version"]!, StringComparison.Ordinal);
                break;
            case "rpc_get_methods":
                Assert.Contains("bdev_malloc_create", answer["result"]!.AsArray().Select(n => (string)n!));
                break;
            case "bdev_get_bdevs":
                CompareBdevs(expected["result"]!.AsArray(), answer["result"]!.AsArray());
                break;
            case "bdev_get_iostat":
                Assert.Equal(Names(expected["result"]!["bdevs"]!), Names(answer["result"]!["bdevs"]!));
                Assert.True((long)answer["result"]!["tick_rate"]! > 0);
                Assert.Subset(Members(expected["result"]!["bdevs"]![0]!).ToHashSet(), Members(answer["result"]!["bdevs"]![0]!).ToHashSet());
                break;
            default:
                Assert.Equal(expected["result"]?.ToJsonString(), answer["result"]?.ToJsonString());
                break;
        }
    }

    private static void CompareBdevs(JsonArray expected, JsonArray answer)
    {
        Assert.Equal(Names(expected), Names(answer));
        if (expected.Count == 0)
            return;
        Assert.Subset(Members(expected[0]!).ToHashSet(), Members(answer[0]!).ToHashSet());
        foreach (var member in new[] { "aliases", "block_size", "num_blocks", "uuid", "assigned_rate_limits", "claimed", "zoned" })
            Assert.Equal(expected[0]![member]!.ToJsonString(), answer[0]![member]!.ToJsonString());
    }

    private static string WithoutResults(string line)
    {
        var node = JsonNode.Parse(line)!;
        foreach (var answer in node is JsonArray batch ? batch.ToArray() : [node])
            if (answer!["result"] is not null)
                answer["result"] = "any";
        return node.ToJsonString();
    }

    private static IEnumerable<string> Names(JsonNode bdevs) => bdevs.AsArray().Select(b => (string)b!["name"]!);

    private static IEnumerable<string> Members(JsonNode node) => node.AsObject().Select(m => m.Key);

    private static JsonNode[] Entries() =>
        [.. JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Vectors", "spdk-rpc-transcript.json")))!["dpu"]!.AsArray()!];
}
