using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Lab.Emulators.Bmc.Tests.Testbed;
using Lab.Emulators.Host.Tests.Testbed;

namespace Lab.Emulators.Bmc.Tests.Device;

/// <summary>A real host that starts from an ISO it was given over Redfish.</summary>
[Collection(BmcTestbed.Collection)]
public sealed class VirtualMediaBootTests(BmcTestbed bed)
{
    private const string System = "/redfish/v1/Systems/1";
    private const string Slot = System + "/VirtualMedia/Cd";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Iso_InsertedAndBootedOnce_StartsTheHostAndTheDiskAfterwards()
    {
        using var directory = new TestDirectory();
        await LiveIso.MakeAsync(directory, Token);
        await using var server = await FileServer.StartAsync(directory["live.iso"], Token);
        await bed.ResetAsync("ForceOff");
        using var client = bed.Client();
        using var inserted = await client.PostAsJsonAsync(
            Slot + "/Actions/VirtualMedia.InsertMedia", new JsonObject { ["Image"] = server.Address + "/live.iso" }, Token);
        Assert.Equal(HttpStatusCode.NoContent, inserted.StatusCode);
        using var boot = await client.PatchAsJsonAsync(
            System,
            new JsonObject { ["Boot"] = new JsonObject { ["BootSourceOverrideEnabled"] = "Once", ["BootSourceOverrideTarget"] = "Cd" } },
            Token);
        Assert.Equal(HttpStatusCode.OK, boot.StatusCode);
        await bed.BootAgainAsync("On");
        Assert.True(await LiveIso.IsRunningAsync(bed, Token));

        // The drive of the running host is emptied.
        Assert.Equal(HttpStatusCode.NoContent, (await client.PostAsync(Slot + "/Actions/VirtualMedia.EjectMedia", null, Token)).StatusCode);
        await bed.ResetAsync("ForceOff");
        await bed.BootAsync();
        Assert.False(await LiveIso.IsRunningAsync(bed, Token));
    }
}
