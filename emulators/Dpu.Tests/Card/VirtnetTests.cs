using System.Text.Json.Nodes;

namespace Lab.Emulators.Dpu.Tests.Card;

public sealed class VirtnetTests
{
    private static JsonObject Nic(string mac = "02:00:00:00:00:0A", int mtu = 1500) => new() { ["mac"] = mac, ["mtu"] = mtu };

    [Fact]
    public async Task Nic_HotplugToUnplug_HasItsRepresentor()
    {
        await using var card = await CardFixture.StartAsync();
        var nic = await card.Virtnet.ResultAsync("hotplug", Nic());
        Assert.Equal(
            """{"bdf":"01:00.0","vuid":"MT0001VNETS1D0F0","id":0,"transitional":0,"sf_rep_net_device":"en3f0pf0sf1000","mac":"02:00:00:00:00:0a","mtu":1500,"num_queue_pairs":1,"max_queues":null,"max_queue_size":null,"hotplugged":true,"mechanism":"pciehp"}""",
            nic!.ToJsonString());
        Assert.Equal(
            """{"id":"MT0001VNETS1D0F0","type":"virtio-net","mac":"02:00:00:00:00:0a","tap":"en3f0pf0sf1000","mtu":1500}""",
            card.Pcie.Plugs.Single().ToJsonString());
        Assert.Equal(1500u, card.Representors.Devices["en3f0pf0sf1000"]);
        Assert.Equal(nic.ToJsonString(), (await card.Virtnet.ResultAsync("query", new JsonObject { ["id"] = 0 }))!["devices"]![0]!.ToJsonString());

        Assert.True((bool)(await card.Virtnet.ResultAsync("unplug", new JsonObject { ["vuid"] = "MT0001VNETS1D0F0" }))!);
        Assert.Empty(card.Representors.Devices);
        Assert.Equal("""{"devices":[]}""", (await card.Virtnet.ResultAsync("list", new JsonObject()))!.ToJsonString());
    }

    [Fact]
    public async Task Unplug_GuestHoldsOn_KeepsTheRepresentor()
    {
        await using var card = await CardFixture.StartAsync();
        await card.Virtnet.ResultAsync("hotplug", Nic());
        card.Pcie.UnplugError = -110;
        await card.Virtnet.AssertErrorAsync(-110, "Connection timed out", "unplug", new JsonObject { ["id"] = 0 });
        Assert.Single(card.Representors.Devices);
        card.Pcie.UnplugError = 0;
        await card.Virtnet.ResultAsync("unplug", new JsonObject { ["id"] = 0 });
        Assert.Empty(card.Representors.Devices);
    }

    [Fact]
    public async Task Hotplug_Refused_LeavesNothing()
    {
        await using var card = await CardFixture.StartAsync();
        card.Pcie.PlugError = -28;
        await card.Virtnet.AssertErrorAsync(-28, "refused", "hotplug", Nic());
        Assert.Empty(card.Representors.Devices);
        Assert.Empty(card.Card.State.NetFunctions);
    }

    [Theory]
    [InlineData("01:00:00:00:00:01", 1500)]
    [InlineData("00:00:00:00:00:00", 1500)]
    [InlineData("02:00:00:00:00", 1500)]
    [InlineData("nonsense", 1500)]
    [InlineData("02:00:00:00:00:01", 67)]
    [InlineData("02:00:00:00:00:01", 9217)]
    public async Task Hotplug_BadAddressOrMtu_IsInvalid(string mac, int mtu)
    {
        await using var card = await CardFixture.StartAsync();
        await card.Virtnet.AssertErrorAsync(-22, "Invalid argument", "hotplug", Nic(mac, mtu));
        Assert.Empty(card.Representors.Devices);
    }

    [Fact]
    public async Task Requests_ForNoDevice_AreRefused()
    {
        await using var card = await CardFixture.StartAsync();
        await card.Virtnet.ResultAsync("hotplug", Nic());
        await card.Virtnet.AssertErrorAsync(-17, "File exists", "hotplug", Nic("02:00:00:00:00:0a"));
        await card.Virtnet.AssertErrorAsync(-19, "No such device", "unplug", new JsonObject { ["id"] = 5 });
        await card.Virtnet.AssertErrorAsync(-19, "No such device", "query", new JsonObject { ["vuid"] = "x" });
        await card.Virtnet.AssertErrorAsync(-22, "Invalid argument", "unplug", new JsonObject());
        await card.Virtnet.AssertErrorAsync(-32603, "spdk_json_decode_object failed", "hotplug", new JsonObject { ["mac"] = "02:00:00:00:00:01" });
        await card.Virtnet.AssertErrorAsync(-32601, "Method not found", "bdev_get_bdevs");
    }
}
