using System.Text.Json.Nodes;
using Lab.Emulators.Dpu.Tests.Card;

namespace Lab.Emulators.Dpu.Tests.Wire;

public sealed class ParameterTests
{
    [Theory]
    [InlineData("bdev_nbd_create", """{"name":"n"}""")]
    [InlineData("bdev_nbd_create", """{"name":"n","url":"nbd://h/e","more":1}""")]
    [InlineData("bdev_nbd_create", """{"name":"n","name":"m","url":"nbd://h/e"}""")]
    [InlineData("bdev_nbd_create", """{"name":1,"url":"nbd://h/e"}""")]
    [InlineData("bdev_nbd_create", """{"name":null,"url":"nbd://h/e"}""")]
    [InlineData("bdev_null_create", """{"name":"n","num_blocks":-1,"block_size":512}""")]
    [InlineData("bdev_null_create", """{"name":"n","num_blocks":1.5,"block_size":512}""")]
    [InlineData("bdev_get_iostat", """{"name":"n"}""")]
    [InlineData("virtio_blk_controller_hotplug", """{"ctrl":"c","wait_for_done":"yes"}""")]
    [InlineData("virtio_blk_function_create", """{"pf_id":1}""")]
    public async Task Parameters_NotAsSpecified_AreNotDecoded(string method, string parameters)
    {
        await using var card = await CardFixture.StartAsync();
        await card.Spdk.SendAsync($$"""{"method":"{{method}}","params":{{parameters}},"id":1}""");
        Assert.Equal(
            """{"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"spdk_json_decode_object failed"}}""",
            await card.Spdk.ReadLineAsync());
    }

    [Theory]
    [InlineData("http://h/e")]
    [InlineData("nbd:///e")]
    [InlineData("nbd://user@h/e")]
    [InlineData("no")]
    public async Task NbdUrl_Malformed_IsInvalid(string url)
    {
        await using var card = await CardFixture.StartAsync();
        await card.Spdk.AssertErrorAsync(-22, "Invalid argument", "bdev_nbd_create", new JsonObject { ["name"] = "n", ["url"] = url });
    }

    [Fact]
    public async Task NbdTarget_Unreachable_IsAnInputOutputError()
    {
        await using var card = await CardFixture.StartAsync();
        await card.Spdk.AssertErrorAsync(
            -5, "Input/output error", "bdev_nbd_create", new JsonObject { ["name"] = "n", ["url"] = "nbd://unreachable/e" });
        Assert.Empty(card.Card.State.Bdevs);
    }

    [Fact]
    public async Task QosLimit_AnyNumber_IsRoundedUpToThousands()
    {
        await using var card = await CardFixture.StartAsync();
        await card.Spdk.ResultAsync("bdev_null_create", new JsonObject { ["name"] = "b", ["num_blocks"] = 8, ["block_size"] = 512 });
        await card.Spdk.ResultAsync("bdev_set_qos_limit", new JsonObject { ["name"] = "b", ["rw_ios_per_sec"] = 1500 });
        await card.Spdk.ResultAsync("bdev_set_qos_limit", new JsonObject { ["name"] = "b", ["r_mbytes_per_sec"] = 7 });
        var bdev = (await card.Spdk.ResultAsync("bdev_get_bdevs"))![0]!;
        Assert.Equal(
            """{"rw_ios_per_sec":2000,"rw_mbytes_per_sec":0,"r_mbytes_per_sec":7,"w_mbytes_per_sec":0}""",
            bdev["assigned_rate_limits"]!.ToJsonString());
        await card.Spdk.AssertErrorAsync(-22, "No rate limits specified", "bdev_set_qos_limit", new JsonObject { ["name"] = "b" });
        await card.Spdk.AssertErrorAsync(-19, "No such device", "bdev_set_qos_limit", new JsonObject { ["name"] = "x", ["rw_ios_per_sec"] = 1 });
    }

    [Fact]
    public async Task BdevGetBdevs_WithTimeout_WaitsForTheName()
    {
        await using var card = await CardFixture.StartAsync();
        using var other = new RawClient(card.SpdkSocket);
        var waiting = card.Spdk.ResultAsync("bdev_get_bdevs", new JsonObject { ["name"] = "later", ["timeout"] = 20000 });
        await other.ResultAsync("bdev_null_create", new JsonObject { ["name"] = "later", ["num_blocks"] = 8, ["block_size"] = 512 });
        Assert.Equal("later", (string?)(await waiting)![0]!["name"]);
    }

    [Fact]
    public async Task Counters_NotKept_AreLeftOut()
    {
        await using var card = await CardFixture.StartAsync();
        await card.Spdk.ResultAsync("bdev_null_create", new JsonObject { ["name"] = "b", ["num_blocks"] = 8, ["block_size"] = 512 });
        var statistics = await card.Spdk.ResultAsync("bdev_get_iostat", new JsonObject { ["names"] = new JsonArray("b") });
        Assert.Equal("""{"name":"b","num_unmap_ops":3}""", statistics!["bdevs"]![0]!.ToJsonString());
        await card.Spdk.AssertErrorAsync(-19, "No such device", "bdev_get_iostat", new JsonObject { ["names"] = new JsonArray("x") });
    }
}
