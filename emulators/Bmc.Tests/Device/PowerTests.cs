using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Lab.Emulators.Bmc.Tests.Testbed;

namespace Lab.Emulators.Bmc.Tests.Device;

/// <summary>The BMC's power over a real domain, and a real guest's over the BMC's view.</summary>
[Collection(BmcTestbed.Collection)]
public sealed class PowerTests(BmcTestbed bed)
{
    private const string System = "/redfish/v1/Systems/1";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Guest_PowersItselfOff_IsSeenAndForceRestartResetsIt()
    {
        await bed.BootAsync();
        var reset = await LastResetAsync();
        await bed.BootAgainAsync("ForceRestart");
        Assert.True(await LastResetAsync() > reset);
        await using var console = await ConsoleClient.ConnectAsync(bed, null, Token);
        await console.SendAsync("poweroff -f\n", Token);
        await bed.PowerIsAsync("Off", Limit);
        Assert.False(bed.IsDomainActive());
    }

    [Fact]
    public async Task GracefulShutdown_GuestObeysThePowerButton_GoesOff()
    {
        await bed.BootAsync();
        Assert.Equal(HttpStatusCode.NoContent, (await bed.ResetAsync("GracefulShutdown")).StatusCode);
        await bed.PowerIsAsync("Off", Limit);
    }

    [Fact]
    public async Task GracefulRestart_GuestObeysThePowerButton_ComesOnAgain()
    {
        await bed.BootAsync();
        await bed.BootAgainAsync("GracefulRestart");
        Assert.Equal("On", await bed.PowerStateAsync());
    }

    [Fact]
    public async Task Libvirtd_Killed_IsWaitedForAndTheHostsStateIsRead()
    {
        await bed.ResetAsync("On");
        await bed.Libvirtd.KillAsync();
        Assert.Equal("On", await bed.PowerStateAsync());
        var off = bed.ResetAsync("ForceOff");
        await bed.Libvirtd.StartAsync(Token);
        Assert.Equal(HttpStatusCode.NoContent, (await off).StatusCode);
        Assert.False(bed.IsDomainActive());
        Assert.Equal("Off", await bed.PowerStateAsync());
    }

    [Fact]
    public async Task BootOverride_PxeOnce_StartsFromTheNetworkOnce()
    {
        await bed.ResetAsync("ForceOff");
        await bed.PcieAsync("pcie_plug", new JsonObject
        {
            ["id"] = "nic", ["type"] = "virtio-net", ["mac"] = "02:00:00:00:00:01", ["tap"] = "tap0", ["mtu"] = 1500,
        });
        using var client = bed.Client();
        using var patched = await client.PatchAsJsonAsync(
            System,
            new JsonObject { ["Boot"] = new JsonObject { ["BootSourceOverrideEnabled"] = "Once", ["BootSourceOverrideTarget"] = "Pxe" } },
            Token);
        Assert.Equal(HttpStatusCode.OK, patched.StatusCode);
        await using (var console = await ConsoleClient.ConnectAsync(bed, null, Token))
        {
            await bed.ResetAsync("On");
            await console.WaitForAsync("PXE", BmcTestbed.BootTime, Token);
            Assert.DoesNotContain(Host.Tests.Testbed.GuestImage.Ready, console.Text, StringComparison.Ordinal);
        }
        Assert.Equal("Disabled", (await bed.GetAsync(System))["Boot"]!["BootSourceOverrideEnabled"]!.GetValue<string>());
        await bed.ResetAsync("ForceOff");
        await bed.BootAsync();
        await bed.ResetAsync("ForceOff");
        await bed.PcieAsync("pcie_unplug", new JsonObject { ["id"] = "nic" });
    }

    private async Task<DateTimeOffset> LastResetAsync() => (await bed.GetAsync(System))["LastResetTime"]!.GetValue<DateTimeOffset>();
}
