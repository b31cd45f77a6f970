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

    // The guest of the disk with another mark on its command line, as an El Torito image for UEFI. A load size of one sector stands for "all of it".
    private const string Script = """
        set -eu
        cd "$2"; mkdir tree; cp "$1" tree/efi.img
        printf 'title cd\nlinux /linux\ninitrd /initrd\noptions console=ttyS0 quiet panic=-1 started-from=cd\n' > entry
        mcopy -o -i tree/efi.img entry ::/loader/entries/test.conf
        genisoimage -quiet -V LIVE -e efi.img -no-emul-boot -boot-load-size 1 -o live.iso tree
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Iso_InsertedAndBootedOnce_StartsTheHostAndTheDiskAfterwards()
    {
        using var directory = new TestDirectory();
        await RunningProcess.RunAsync(["sh", "-c", Script, "sh", await GuestImage.GetAsync(Token), directory.Path], Token);
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
        Assert.True(await IsFromCdAsync());

        // The drive of the running host is emptied.
        Assert.Equal(HttpStatusCode.NoContent, (await client.PostAsync(Slot + "/Actions/VirtualMedia.EjectMedia", null, Token)).StatusCode);
        await bed.ResetAsync("ForceOff");
        await bed.BootAsync();
        Assert.False(await IsFromCdAsync());
    }

    private async Task<bool> IsFromCdAsync()
    {
        await using var console = await ConsoleClient.ConnectAsync(bed, null, Token);
        return (await console.ShellAsync("cat /proc/cmdline", Token)).Contains("started-from=cd", StringComparison.Ordinal);
    }
}
