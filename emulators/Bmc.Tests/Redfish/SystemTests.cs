using System.Net;
using System.Text.Json.Nodes;
using Lab.Emulators.Bmc.Device;
using Lab.Emulators.Bmc.Machine;
using Lab.Emulators.Bmc.Profiles;
using Lab.Emulators.Bmc.Tests.Testbed;
using Lab.Emulators.Host.Tests.Testbed;

namespace Lab.Emulators.Bmc.Tests.Redfish;

/// <summary>The host's settings over a simulated machine.</summary>
public sealed class SystemTests
{
    private const string System = SimulatedBmc.System;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Once", "Cd", "Disabled", "None")]
    [InlineData("Continuous", "UefiHttp", "Continuous", "UefiHttp")]
    public async Task BootOverride_HostStarts_IsUsedUpUnlessContinuous(string enabled, string target, string enabledAfter, string targetAfter)
    {
        await using var bmc = await SimulatedBmc.StartAsync();
        using var patched = await bmc.PatchAsync(System, $$$"""
            {"Boot":{"BootSourceOverrideEnabled":"{{{enabled}}}","BootSourceOverrideTarget":"{{{target}}}","HttpBootUri":"http://192.0.2.1/boot.efi"}}
            """);
        Assert.Equal(HttpStatusCode.OK, patched.StatusCode);
        await bmc.ResetAsync("On");
        var boot = (await bmc.GetAsync(System))["Boot"]!;
        Assert.Equal((enabledAfter, targetAfter), (boot["BootSourceOverrideEnabled"]!.GetValue<string>(), boot["BootSourceOverrideTarget"]!.GetValue<string>()));
    }

    [Fact]
    public async Task BootOrderAndNext_OfWhatIsThere_AreTakenAndOthersAreNot()
    {
        await using var bmc = await SimulatedBmc.StartAsync();
        var options = (await bmc.GetAsync(System + "/BootOptions"))["Members"]!.AsArray().Select(m => m!["@odata.id"]!.GetValue<string>().Split('/')[^1]).ToList();
        Assert.Equal(["Boot0000", "Boot0001", "Boot0002", "Boot0003"], options);
        using var order = await bmc.PatchAsync(System, """{"Boot":{"BootOrder":["Boot0002","Boot0000"],"BootNext":"Boot0003","BootSourceOverrideTarget":"UefiBootNext","BootSourceOverrideEnabled":"Once"}}""");
        Assert.Equal(HttpStatusCode.OK, order.StatusCode);
        using var wrong = await bmc.PatchAsync(System, """{"Boot":{"BootNext":"Boot0099"}}""");
        Assert.Equal(["PropertyValueNotInList"], await SimulatedBmc.MessagesAsync(wrong, HttpStatusCode.BadRequest));
        using var forever = await bmc.PatchAsync(System, """{"Boot":{"BootSourceOverrideEnabled":"Continuous"}}""");
        Assert.Equal(["PropertyValueNotInList"], await SimulatedBmc.MessagesAsync(forever, HttpStatusCode.BadRequest));
    }

    [Fact]
    public async Task Bios_Settings_HoldFromTheNextStartOn()
    {
        await using var bmc = await SimulatedBmc.StartAsync();
        using var patched = await bmc.PatchAsync(System + "/Bios/Settings", """{"Attributes":{"QuietBoot":true,"BootTimeout":30}}""");
        Assert.Equal(HttpStatusCode.OK, patched.StatusCode);
        Assert.False(await QuietBootAsync());
        await bmc.ResetAsync("On");
        Assert.True(await QuietBootAsync());
        Assert.Equal(HttpStatusCode.NoContent, (await bmc.PostAsync(System + "/Bios/Actions/Bios.ResetBios", "{}")).StatusCode);
        Assert.True(await QuietBootAsync());
        Assert.True((await bmc.GetAsync(System + "/Bios"))["ResetBiosToDefaultsPending"]!.GetValue<bool>());
        await bmc.ResetAsync("ForceRestart");
        await Eventually.HoldsAsync("defaults hold", TimeSpan.FromSeconds(10), async () => !await QuietBootAsync(), Token);

        async Task<bool> QuietBootAsync() => (await bmc.GetAsync(System + "/Bios"))["Attributes"]!["QuietBoot"]!.GetValue<bool>();
    }

    [Theory]
    [InlineData("""{"Attributes":{"QuietBoot":"yes"}}""", "PropertyValueTypeError")]
    [InlineData("""{"Attributes":{"BootTimeout":9999}}""", "PropertyValueOutOfRange")]
    [InlineData("""{"Attributes":{"BootMode":"Fast"}}""", "PropertyValueNotInList")]
    [InlineData("""{"Attributes":{"SystemBiosVersion":"9"}}""", "PropertyNotWritable")]
    [InlineData("""{"Attributes":{"Nothing":"9"}}""", "PropertyUnknown")]
    public async Task Bios_WrongAttribute_IsNamed(string body, string message)
    {
        await using var bmc = await SimulatedBmc.StartAsync();
        using var response = await bmc.PatchAsync(System + "/Bios/Settings", body);
        Assert.Equal([message], await SimulatedBmc.MessagesAsync(response, HttpStatusCode.BadRequest));
        Assert.False(bmc.Instance.Device.State.Bios.HasPending);
    }

    [Fact]
    public async Task SecureBoot_Enabled_ActsAtTheNextStartAndNeedsAPlatformKey()
    {
        await using var bmc = await SimulatedBmc.StartAsync();
        await bmc.PatchAsync(System + "/SecureBoot", """{"SecureBootEnable":true}""");
        await bmc.ResetAsync("On");
        var enabled = await bmc.GetAsync(System + "/SecureBoot");
        Assert.Equal(("Enabled", "UserMode"), (enabled["SecureBootCurrentBoot"]!.GetValue<string>(), enabled["SecureBootMode"]!.GetValue<string>()));
        await bmc.PostAsync(System + "/SecureBoot/Actions/SecureBoot.ResetKeys", """{"ResetKeysType":"DeletePK"}""");
        Assert.Equal("SetupMode", (await bmc.GetAsync(System + "/SecureBoot"))["SecureBootMode"]!.GetValue<string>());
    }

    [Fact]
    public async Task SecureBoot_Databases_TakeAndLoseKeysAndDefaultsStay()
    {
        await using var bmc = await SimulatedBmc.StartAsync();
        const string Databases = System + "/SecureBoot/SecureBootDatabases";
        var pem = (await bmc.GetAsync(Databases + "/PKDefault/Certificates/1"))["CertificateString"]!.GetValue<string>();
        using var added = await bmc.PostAsync(
            Databases + "/db/Certificates", new JsonObject { ["CertificateString"] = pem, ["CertificateType"] = "PEM" }.ToJsonString());
        Assert.Equal(HttpStatusCode.Created, added.StatusCode);
        using var hash = await bmc.PostAsync(
            Databases + "/dbx/Signatures", """{"SignatureString":"80B4D9","SignatureType":"EFI_CERT_SHA256_GUID","SignatureTypeRegistry":"UEFI"}""");
        Assert.Equal(HttpStatusCode.Created, hash.StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await bmc.Client.DeleteAsync(added.Headers.Location, Token)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await bmc.Client.GetAsync(added.Headers.Location, Token)).StatusCode);
        using var broken = await bmc.PostAsync(Databases + "/db/Certificates", """{"CertificateString":"no","CertificateType":"PEM"}""");
        Assert.Equal(["PropertyValueFormatError"], await SimulatedBmc.MessagesAsync(broken, HttpStatusCode.BadRequest));
        using var kept = await bmc.Client.DeleteAsync(Databases + "/dbDefault/Certificates/1", Token);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, kept.StatusCode);
    }

    [Fact]
    public async Task EventLog_PowerAndClear_AreInIt()
    {
        await using var bmc = await SimulatedBmc.StartAsync();
        await bmc.ResetAsync("On");
        await bmc.ResetAsync("ForceOff");
        const string Log = System + "/LogServices/SEL";
        var entries = (await bmc.GetAsync(Log + "/Entries"))["Members"]!.AsArray();
        Assert.Equal(
            ["ResourceEvent.1.4.ResourcePoweredOn", "ResourceEvent.1.4.ResourcePoweredOff"], entries.Select(e => e!["MessageId"]!.GetValue<string>()));
        Assert.Equal(HttpStatusCode.NoContent, (await bmc.Client.DeleteAsync(Log + "/Entries/1", Token)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await bmc.PostAsync(Log + "/Actions/LogService.ClearLog", "{}")).StatusCode);
        var cleared = Assert.Single((await bmc.GetAsync(Log + "/Entries"))["Members"]!.AsArray());
        Assert.Equal("The event log was cleared.", cleared!["Message"]!.GetValue<string>());
    }

    [Fact]
    public async Task GracefulShutdown_OfASimulatedMachine_TakesItsTimes()
    {
        await using var bmc = await SimulatedBmc.StartAsync(times: new SimulatedTimes { Post = TimeSpan.FromMilliseconds(200), Shutdown = TimeSpan.FromMilliseconds(100) });
        await bmc.ResetAsync("On");
        await Eventually.HoldsAsync("it is booted", TimeSpan.FromSeconds(10), () => !bmc.Instance.IsInPost, Token);
        await bmc.ResetAsync("GracefulShutdown");
        await Eventually.HoldsAsync(
            "it is off", TimeSpan.FromSeconds(10), async () => (await bmc.GetAsync(System))["PowerState"]!.GetValue<string>() == "Off", Token);
    }

    [Fact]
    public async Task Watchdog_NotReset_DoesWhatItWasSetTo()
    {
        await using var bmc = await SimulatedBmc.StartAsync();
        await bmc.ResetAsync("On");
        await bmc.Instance.Device.ConfigureAsync(
            state => state with
            {
                Watchdog = new Watchdog(WatchdogUse.SmsOs, WatchdogAction.PowerDown, ExpiresAt: TimeProvider.System.GetUtcNow().AddMilliseconds(200)),
            },
            Token);
        await Eventually.HoldsAsync("it is off", TimeSpan.FromSeconds(10), () => bmc.Instance.Device.State.Power == MachinePower.Off, Token);
        Assert.Contains(bmc.Instance.Device.State.EventLog.Entries, entry => entry.Event.Message.Contains("watchdog", StringComparison.Ordinal));
    }

    [Fact]
    public async Task State_AfterARestartOfTheBmc_IsAsItWas()
    {
        using var directory = new TestDirectory();
        await using (var before = await SimulatedBmc.StartAsync(stateDirectory: directory.Path))
        {
            await before.PatchAsync(System, """{"AssetTag":"kept","Boot":{"BootSourceOverrideEnabled":"Once","BootSourceOverrideTarget":"Pxe"}}""");
            await before.PatchAsync(System + "/Bios/Settings", """{"Attributes":{"QuietBoot":true}}""");
            await before.PostAsync("/redfish/v1/AccountService/Accounts", """{"UserName":"kept","Password":"long enough","RoleId":"Operator"}""");
            await before.PostAsync(System + "/VirtualMedia/Cd/Actions/VirtualMedia.InsertMedia", """{"Image":"http://192.0.2.1/a.iso"}""");
        }
        await using var after = await SimulatedBmc.StartAsync(stateDirectory: directory.Path);
        var system = await after.GetAsync(System);
        Assert.Equal(("kept", "Pxe"), (system["AssetTag"]!.GetValue<string>(), system["Boot"]!["BootSourceOverrideTarget"]!.GetValue<string>()));
        Assert.True((await after.GetAsync(System + "/Bios/Settings"))["Attributes"]!["QuietBoot"]!.GetValue<bool>());
        Assert.True((await after.GetAsync(System + "/VirtualMedia/Cd"))["Inserted"]!.GetValue<bool>());
        using var client = after.CreateClient("kept", "long enough");
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(System, Token)).StatusCode);
        Assert.DoesNotContain("long enough", await File.ReadAllTextAsync(directory["accounts.json"], Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task CardMode_OfADpu_ChangesWithItsNextStart()
    {
        await using var bmc = await SimulatedBmc.StartAsync("bluefield3");
        const string Card = "/redfish/v1/Systems/Bluefield/Oem/Nvidia";
        Assert.Equal("DpuMode", (await bmc.GetAsync(Card))["Mode"]!.GetValue<string>());
        using var set = await bmc.PostAsync(Card + "/Actions/Mode.Set", """{"Mode":"NicMode"}""");
        Assert.Equal(HttpStatusCode.NoContent, set.StatusCode);
        Assert.Equal("DpuMode", (await bmc.GetAsync(Card))["Mode"]!.GetValue<string>());
        await bmc.PostAsync("/redfish/v1/Systems/Bluefield/Actions/ComputerSystem.Reset", """{"ResetType":"On"}""");
        Assert.Equal("NicMode", (await bmc.GetAsync(Card))["Mode"]!.GetValue<string>());
        using var wrong = await bmc.PostAsync(Card + "/Actions/Mode.Set", """{"Mode":"Toaster"}""");
        Assert.Equal(["ActionParameterValueNotInList"], await SimulatedBmc.MessagesAsync(wrong, HttpStatusCode.BadRequest));
    }

    [Fact]
    public async Task CardMode_OfAHost_IsNotThere()
    {
        await using var bmc = await SimulatedBmc.StartAsync();
        Assert.Equal(HttpStatusCode.NotFound, (await bmc.Client.GetAsync(System + "/Oem/Nvidia", Token)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await bmc.PostAsync(System + "/Oem/Nvidia/Actions/Mode.Set", """{"Mode":"NicMode"}""")).StatusCode);
    }

    [Fact]
    public async Task ManagerReset_OfOneBmc_IsAwayForAWhileAndForgetsSessions()
    {
        await using var bmc = await SimulatedBmc.StartAsync();
        using var login = await bmc.PostAsync(
            "/redfish/v1/SessionService/Sessions", $$"""{"UserName":"{{SimulatedBmc.UserName}}","Password":"{{SimulatedBmc.Password}}"}""");
        using var reset = await bmc.PostAsync("/redfish/v1/Managers/1/Actions/Manager.Reset", """{"ResetType":"ForceRestart"}""");
        Assert.Equal(HttpStatusCode.NoContent, reset.StatusCode);
        // It answers before it goes.
        await Eventually.HoldsAsync("it is away", TimeSpan.FromSeconds(10), () => bmc.Instance.IsAway, Token);
        using (var other = bmc.CreateClient(SimulatedBmc.UserName, SimulatedBmc.Password))
            await Assert.ThrowsAsync<HttpRequestException>(() => other.GetAsync(System, Token));
        await Eventually.HoldsAsync("it is back", TimeSpan.FromSeconds(20), () => !bmc.Instance.IsAway, Token);
        Assert.NotNull((await bmc.GetAsync("/redfish/v1/Managers/1"))["LastResetTime"]);
        Assert.Empty(bmc.Instance.Sessions.All);
    }
}
