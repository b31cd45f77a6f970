using System.Text.Json.Nodes;

namespace Lab.Emulators.Dpu.Tests.Card;

/// <summary>SNAP-4's order: function → controller → hotplug → hotunplug → controller destroy → function destroy.</summary>
public sealed class StrictOrderTests
{
    [Fact]
    public async Task BlkFunction_InOrder_PassesThroughEveryStep()
    {
        await using var card = await CardFixture.StartAsync();
        await card.Spdk.ResultAsync("bdev_nbd_create", new JsonObject { ["name"] = "vol-1", ["url"] = "nbd://10.20.0.2/e" });
        var function = await card.Spdk.ResultAsync("virtio_blk_function_create", new JsonObject());
        Assert.Equal("MT0001VBLKS1D0F0", (string?)function!["vuid"]);
        Assert.Equal("blk-1", (string?)await card.Spdk.ResultAsync("virtio_blk_controller_create", new JsonObject
        {
            ["ctrl"] = "blk-1",
            ["vuid"] = (string?)function["vuid"],
            ["bdev"] = "vol-1",
            ["vblk_id"] = "0123456789abcdef0123",
            ["num_queues"] = 2,
            ["read_only"] = false,
        }));
        await PlugAsync(card, "hotplug");
        var plug = card.Pcie.Plugs.Single();
        Assert.Equal("""{"id":"MT0001VBLKS1D0F0","type":"virtio-blk","socket":"vblk0.sock","num_queues":2}""", plug.ToJsonString());

        var controller = Assert.Single((await card.Spdk.ResultAsync("virtio_blk_controller_list"))!.AsArray())!;
        Assert.Equal(
            """{"ctrl_id":"blk-1","vhca_id":16,"vuid":"MT0001VBLKS1D0F0","pci_bdf":"01:00.0","bdev":"vol-1","vblk_id":"0123456789abcdef0123","num_queues":2,"queue_size":128,"read_only":false,"hotplugged":true,"mechanism":"pciehp"}""",
            controller.ToJsonString());
        var listed = Assert.Single((await card.Spdk.ResultAsync("emulation_function_list", new JsonObject { ["all"] = true }))!.AsArray())!;
        Assert.Equal(
            """{"emulation_type":"VBLK","pf_index":0,"pci_bdf":"01:00.0","vhca_id":16,"vuid":"MT0001VBLKS1D0F0","hotplugged":true,"ctrl_id":"blk-1","vfs":[]}""",
            listed.ToJsonString());

        await PlugAsync(card, "hotunplug");
        Assert.Empty(card.Pcie.Slots);
        await card.Spdk.ResultAsync("virtio_blk_controller_destroy", new JsonObject { ["ctrl"] = "blk-1" });
        Assert.Empty(card.Backend.Exports);
        await card.Spdk.ResultAsync("virtio_blk_function_destroy", new JsonObject { ["vuid"] = "MT0001VBLKS1D0F0" });
        await card.Spdk.ResultAsync("bdev_nbd_delete", new JsonObject { ["name"] = "vol-1" });
        Assert.Empty(card.Backend.Bdevs);
    }

    [Fact]
    public async Task BlkFunction_OutOfOrder_IsRefusedAndUnchanged()
    {
        await using var card = await CardFixture.StartAsync();
        var none = new JsonObject { ["ctrl"] = "none" };
        await card.Spdk.AssertErrorAsync(-19, "No such device", "virtio_blk_controller_hotplug", none.DeepClone());
        await card.Spdk.AssertErrorAsync(-19, "No such device", "virtio_blk_controller_hotunplug", none.DeepClone());
        await card.Spdk.AssertErrorAsync(-19, "No such device", "virtio_blk_controller_destroy", none.DeepClone());
        await card.Spdk.AssertErrorAsync(-19, "No such device", "virtio_blk_function_destroy", new JsonObject { ["vuid"] = "none" });
        await card.Spdk.AssertErrorAsync(
            -19, "No such device", "virtio_blk_controller_create", new JsonObject { ["vuid"] = "none", ["bdev"] = "b" });

        await PresentAsync(card);
        var controller = new JsonObject { ["ctrl"] = "c" };
        await card.Spdk.AssertErrorAsync(-22, "Invalid argument", "virtio_blk_controller_hotunplug", controller.DeepClone());
        await card.Spdk.AssertErrorAsync(-16, "Device or resource busy", "virtio_blk_function_destroy", new JsonObject { ["vuid"] = Vuid });
        await card.Spdk.AssertErrorAsync(-17, "File exists", "virtio_blk_controller_create", new JsonObject { ["ctrl"] = "d", ["vuid"] = Vuid });
        await PlugAsync(card, "hotplug", "c");
        var before = await File.ReadAllTextAsync(card.StateFile);
        await card.Spdk.AssertErrorAsync(-17, "File exists", "virtio_blk_controller_hotplug", controller.DeepClone());
        await card.Spdk.AssertErrorAsync(-16, "Device or resource busy", "virtio_blk_controller_destroy", controller.DeepClone());
        await card.Spdk.AssertErrorAsync(-16, "Device or resource busy", "virtio_blk_controller_bdev_detach", controller.DeepClone());
        await card.Spdk.AssertErrorAsync(-16, "Device or resource busy", "bdev_null_delete", new JsonObject { ["name"] = "b" });
        await card.Spdk.AssertErrorAsync(-19, "No such device", "bdev_aio_delete", new JsonObject { ["name"] = "b" });
        Assert.Equal(before, await File.ReadAllTextAsync(card.StateFile));
        Assert.Single(card.Pcie.Slots);
    }

    [Fact]
    public async Task Bdev_UnderAnotherController_IsBusy()
    {
        await using var card = await CardFixture.StartAsync();
        await PresentAsync(card);
        await card.Spdk.ResultAsync("virtio_blk_function_create");
        await card.Spdk.AssertErrorAsync(
            -16,
            "Device or resource busy",
            "virtio_blk_controller_create",
            new JsonObject { ["vuid"] = "MT0001VBLKS1D0F1", ["bdev"] = "b" });
    }

    [Fact]
    public async Task Hotunplug_GuestHoldsOn_TimesOutAndStaysPlugged()
    {
        await using var card = await CardFixture.StartAsync();
        await PresentAsync(card);
        await PlugAsync(card, "hotplug", "c");
        card.Pcie.UnplugError = -110;
        await card.Spdk.AssertErrorAsync(
            -110, "Connection timed out", "virtio_blk_controller_hotunplug", new JsonObject { ["ctrl"] = "c", ["wait_for_done"] = true });
        var controller = Assert.Single((await card.Spdk.ResultAsync("virtio_blk_controller_list"))!.AsArray())!;
        Assert.True((bool)controller["hotplugged"]!);
        card.Pcie.UnplugError = 0;
        await PlugAsync(card, "hotunplug", "c");
    }

    [Fact]
    public async Task Hotplug_Refused_LeavesTheControllerUnplugged()
    {
        await using var card = await CardFixture.StartAsync();
        await PresentAsync(card);
        card.Pcie.PlugError = -28;
        await card.Spdk.AssertErrorAsync(-28, "refused", "virtio_blk_controller_hotplug", new JsonObject { ["ctrl"] = "c", ["wait_for_done"] = true });
        await card.Spdk.ResultAsync("virtio_blk_controller_destroy", new JsonObject { ["ctrl"] = "c" });
    }

    [Fact]
    public async Task Hotunplug_NotAwaited_AnswersAtOnceAndHoldsTheFunction()
    {
        await using var card = await CardFixture.StartAsync();
        await PresentAsync(card);
        await PlugAsync(card, "hotplug", "c");
        card.Pcie.Hold = new TaskCompletionSource();
        Assert.True((bool)(await card.Spdk.ResultAsync("virtio_blk_controller_hotunplug", new JsonObject { ["ctrl"] = "c" }))!);
        await card.Spdk.AssertErrorAsync(-16, "Device or resource busy", "virtio_blk_controller_hotplug", new JsonObject { ["ctrl"] = "c" });
        await card.Spdk.AssertErrorAsync(-16, "Device or resource busy", "virtio_blk_controller_destroy", new JsonObject { ["ctrl"] = "c" });
        await card.Spdk.ResultAsync("virtio_blk_function_create");
        card.Pcie.Hold.SetResult();
        await Eventually.TrueAsync(
            "the controller is unplugged",
            async () => (await card.Spdk.CallAsync("virtio_blk_controller_destroy", new JsonObject { ["ctrl"] = "c" }))["error"] is null);
    }

    [Fact]
    public async Task Functions_MoreThanTheCardHas_AreRefused()
    {
        await using var card = await CardFixture.StartAsync();
        for (var i = 0; i < DpuLimits.FunctionsMax; i++)
            await card.Spdk.ResultAsync("virtio_blk_function_create");
        await card.Spdk.AssertErrorAsync(-28, "No space left on device", "virtio_blk_function_create");
        await card.Virtnet.AssertErrorAsync(
            -28, "No space left on device", "hotplug", new JsonObject { ["mac"] = "02:00:00:00:00:01", ["mtu"] = 1500 });
        Assert.Empty(card.Representors.Devices);
    }

    private const string Vuid = "MT0001VBLKS1D0F0";

    internal static async Task PresentAsync(CardFixture card)
    {
        await card.Spdk.ResultAsync("bdev_null_create", new JsonObject { ["name"] = "b", ["num_blocks"] = 2048, ["block_size"] = 512 });
        await card.Spdk.ResultAsync("virtio_blk_function_create");
        await card.Spdk.ResultAsync("virtio_blk_controller_create", new JsonObject { ["ctrl"] = "c", ["vuid"] = Vuid, ["bdev"] = "b" });
    }

    internal static async Task PlugAsync(CardFixture card, string verb, string controller = "blk-1") => Assert.True((bool)(await card.Spdk.ResultAsync(
        "virtio_blk_controller_" + verb, new JsonObject { ["ctrl"] = controller, ["wait_for_done"] = true }))!);
}
