using System.Net;
using Lab.Emulators.Bmc.Profiles;
using Lab.Emulators.Bmc.Tests.Testbed;
using Lab.Emulators.Host.Tests.Testbed;

namespace Lab.Emulators.Bmc.Tests.Redfish;

public sealed class VirtualMediaTests
{
    private const string Slot = SimulatedBmc.System + "/VirtualMedia/Cd";
    private const string Insert = Slot + "/Actions/VirtualMedia.InsertMedia";
    private const string Eject = Slot + "/Actions/VirtualMedia.EjectMedia";

    [Fact]
    public async Task Media_InsertedAndEjected_AreShownBeneathSystemAndManager()
    {
        await using var bmc = await SimulatedBmc.StartAsync();
        using var inserted = await bmc.PostAsync(Insert, """{"Image":"https://192.0.2.1/images/live.iso","UserName":"u","Password":"p"}""");
        Assert.Equal(HttpStatusCode.NoContent, inserted.StatusCode);
        foreach (var path in new[] { Slot, "/redfish/v1/Managers/1/VirtualMedia/Cd" })
        {
            var media = await bmc.GetAsync(path);
            Assert.True(media["Inserted"]!.GetValue<bool>());
            Assert.Equal("live.iso", media["ImageName"]!.GetValue<string>());
            Assert.Null(media["Password"]);
        }
        using var again = await bmc.PostAsync(Insert, """{"Image":"https://192.0.2.1/other.iso"}""");
        Assert.Equal(["ResourceInUse"], await SimulatedBmc.MessagesAsync(again, HttpStatusCode.Conflict));
        using var ejected = await bmc.Client.PostAsync(Eject, null, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NoContent, ejected.StatusCode);
        Assert.False((await bmc.GetAsync(Slot))["Inserted"]!.GetValue<bool>());
    }

    [Theory]
    [InlineData("http://127.0.0.1/a.iso")]
    [InlineData("http://localhost/a.iso")]
    [InlineData("http://169.254.169.254/latest/meta-data")]
    [InlineData("http://[::1]/a.iso")]
    [InlineData("http://[fe80::1]/a.iso")]
    [InlineData("http://[::ffff:127.0.0.1]/a.iso")]
    [InlineData("http://0.0.0.0/a.iso")]
    [InlineData("file:///etc/passwd")]
    [InlineData("gopher://192.0.2.1/")]
    public async Task Image_OnTheBmcsOwnMachineOrLink_IsRefused(string image)
    {
        await using var bmc = await SimulatedBmc.StartAsync();
        using var response = await bmc.PostAsync(Insert, $$"""{"Image":"{{image}}"}""");
        Assert.Equal(["AccessDenied"], await SimulatedBmc.MessagesAsync(response, HttpStatusCode.BadRequest));
        Assert.Empty(bmc.Instance.Device.State.Media);
    }

    [Fact]
    public async Task Insert_WithoutImage_NamesIt()
    {
        await using var bmc = await SimulatedBmc.StartAsync();
        using var response = await bmc.PostAsync(Insert, "{}");
        Assert.Equal(["ActionParameterMissing"], await SimulatedBmc.MessagesAsync(response, HttpStatusCode.BadRequest));
    }

    [Fact]
    public async Task Quirks_OfVirtualMedia_AreAsTheProfileSays()
    {
        await using var bmc = await SimulatedBmc.StartAsync(change: profile => profile with
        {
            Quirks = new QuirkProfile { EjectNeedsBody = true, InsertedDelayMs = 500, InsertTakesImageAlone = true },
        });
        using var more = await bmc.PostAsync(Insert, """{"Image":"http://192.0.2.1/a.iso","Inserted":true}""");
        Assert.Equal(["ActionParameterUnknown"], await SimulatedBmc.MessagesAsync(more, HttpStatusCode.BadRequest));
        await bmc.PostAsync(Insert, """{"Image":"http://192.0.2.1/a.iso"}""");
        Assert.False((await bmc.GetAsync(Slot))["Inserted"]!.GetValue<bool>());
        await Eventually.HoldsAsync(
            "it is inserted", TimeSpan.FromSeconds(10), async () => (await bmc.GetAsync(Slot))["Inserted"]!.GetValue<bool>(), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await bmc.Client.PostAsync(Eject, null, TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await bmc.PostAsync(Eject, "{}")).StatusCode);
    }
}
