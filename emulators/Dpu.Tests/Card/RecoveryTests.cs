using System.Text.Json.Nodes;

namespace Lab.Emulators.Dpu.Tests.Card;

public sealed class RecoveryTests
{
    [Fact]
    public async Task Card_Restarted_FindsEverythingAgain()
    {
        await using var card = await CardFixture.StartAsync();
        await StrictOrderTests.PresentAsync(card);
        await card.Spdk.ResultAsync("bdev_set_qos_limit", new JsonObject { ["name"] = "b", ["rw_ios_per_sec"] = 2000 });
        await StrictOrderTests.PlugAsync(card, "hotplug", "c");
        await card.Virtnet.ResultAsync("hotplug", new JsonObject { ["mac"] = "02:00:00:00:00:01", ["mtu"] = 1450 });
        var before = await SeeAsync(card);
        card.Representors.Devices.Clear();
        card.Representors.Devices["en3f0pf0sf1009"] = 1500;

        await card.RestartAsync();

        Assert.Equal(before, await SeeAsync(card));
        Assert.Equal(("vblk0.sock", "b"), (card.Backend.Exports.Values.Single().Socket, card.Backend.Exports.Values.Single().Bdev));
        Assert.Equal(2000UL, card.Backend.Bdevs["b"].Limits.RwIosPerSec);
        Assert.Equal(KeyValuePair.Create("en3f0pf0sf1001", 1450u), Assert.Single(card.Representors.Devices));
    }

    [Fact]
    public async Task Host_LostItsSlots_GetsThemAgain()
    {
        await using var card = await CardFixture.StartAsync();
        await StrictOrderTests.PresentAsync(card);
        await StrictOrderTests.PlugAsync(card, "hotplug", "c");
        await card.Pcie.RestartAsync(() =>
        {
            card.Pcie.Slots.Clear();
            card.Pcie.Slots["MT0001VBLKS1D0F7"] = new JsonObject { ["id"] = "MT0001VBLKS1D0F7", ["pci_bdf"] = "07:00.0" };
            return Task.CompletedTask;
        });
        await Eventually.TrueAsync("the slot is filled and the stray gone", () => card.Pcie.Slots.Keys.SequenceEqual(["MT0001VBLKS1D0F0"]));
    }

    [Fact]
    public async Task Unplug_HostServiceAway_FailsAndIsSettledWhenItReturns()
    {
        await using var card = await CardFixture.StartAsync();
        await StrictOrderTests.PresentAsync(card);
        await StrictOrderTests.PlugAsync(card, "hotplug", "c");
        await card.Pcie.RestartAsync(async () =>
        {
            await card.Spdk.AssertErrorAsync(
                -107,
                "Transport endpoint is not connected",
                "virtio_blk_controller_hotunplug",
                new JsonObject { ["ctrl"] = "c", ["wait_for_done"] = true });
            card.Pcie.Slots.Clear();
        });
        await Eventually.TrueAsync(
            "the controller counts as unplugged",
            async () => (await card.Spdk.CallAsync("virtio_blk_controller_destroy", new JsonObject { ["ctrl"] = "c" }))["error"] is null);
    }

    [Fact]
    public async Task NetHotplug_HostServiceAway_LeavesNothing()
    {
        await using var card = await CardFixture.StartAsync();
        await card.Pcie.RestartAsync(() => card.Virtnet.AssertErrorAsync(
            -107,
            "Transport endpoint is not connected",
            "hotplug",
            new JsonObject { ["mac"] = "02:00:00:00:00:01", ["mtu"] = 1500 }));
        await Eventually.TrueAsync(
            "function and representor are gone",
            async () => (await card.Virtnet.ResultAsync("list"))!["devices"]!.AsArray().Count == 0 && card.Representors.Devices.IsEmpty);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("""{"version": 99}""")]
    [InlineData("""{"version": 1, "surprise": 1}""")]
    public async Task StateFile_NotUnderstood_StopsTheStartAndStays(string text)
    {
        await using var card = await CardFixture.StartAsync();
        await card.Spdk.ResultAsync("virtio_blk_function_create");
        await card.PowerOffAsync();
        var good = await File.ReadAllTextAsync(card.StateFile);
        await File.WriteAllTextAsync(card.StateFile, text);
        await Assert.ThrowsAsync<InvalidDataException>(card.PowerOnAsync);
        Assert.Equal(text, await File.ReadAllTextAsync(card.StateFile));
        await File.WriteAllTextAsync(card.StateFile, good);
        await card.PowerOnAsync();
        Assert.Single(card.Card.State.BlkFunctions);
    }

    private static async Task<string> SeeAsync(CardFixture card)
    {
        JsonNode?[] seen =
        [
            await card.Spdk.ResultAsync("bdev_get_bdevs"),
            await card.Spdk.ResultAsync("virtio_blk_controller_list"),
            await card.Spdk.ResultAsync("emulation_function_list", new JsonObject { ["all"] = true }),
            await card.Virtnet.ResultAsync("list"),
        ];
        return string.Join('\n', seen.Select(n => n!.ToJsonString()));
    }
}
