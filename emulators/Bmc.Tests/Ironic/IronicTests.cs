using System.Text.Json.Nodes;
using Lab.Emulators.Bmc.Tests.Testbed;
using Lab.Emulators.Host.Tests.Testbed;

namespace Lab.Emulators.Bmc.Tests.Ironic;

/// <summary>ironic's hardware types redfish and ipmi against the BMC of a real host; DMTF's schemas judge what they are answered.</summary>
[Collection(BmcTestbed.Collection)]
public sealed class IronicTests(BmcTestbed bed, IronicService ironic) : IClassFixture<IronicService>
{
    private const string System = "/redfish/v1/Systems/1";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private JsonObject Redfish => new()
    {
        ["driver"] = "redfish",
        ["boot_interface"] = "redfish-virtual-media",
        ["driver_info"] = new JsonObject
        {
            ["redfish_address"] = ironic.Judge.Address.GetLeftPart(UriPartial.Authority),
            ["redfish_username"] = BmcTestbed.UserName,
            ["redfish_password"] = BmcTestbed.Password,
        },
    };

    private JsonObject Ipmi => new()
    {
        ["driver"] = "ipmi",
        ["driver_info"] = new JsonObject
        {
            ["ipmi_address"] = bed.Ipmi.Address.ToString(),
            ["ipmi_port"] = bed.Ipmi.Port,
            ["ipmi_username"] = BmcTestbed.UserName,
            ["ipmi_password"] = BmcTestbed.Password,
            ["ipmi_cipher_suite"] = "17",
        },
    };

    [Theory]
    [InlineData("redfish")]
    [InlineData("ipmi")]
    public async Task Node_OfEitherHardwareType_IsEnrolledAndSwitched(string type)
    {
        await bed.ResetAsync("ForceOff");
        var node = "power-" + type;
        await ironic.ManageAsync(node, type == "ipmi" ? Ipmi : Redfish);
        Assert.Equal("power off", (await ironic.GetAsync($"nodes/{node}"))["power_state"]!.GetValue<string>());

        await ironic.SendAsync(HttpMethod.Put, $"nodes/{node}/management/boot_device", new JsonObject { ["boot_device"] = "pxe", ["persistent"] = false });
        var told = await ironic.GetAsync($"nodes/{node}/management/boot_device");
        Assert.Equal(("pxe", false), (told["boot_device"]!.GetValue<string>(), told["persistent"]!.GetValue<bool>()));
        var boot = (await bed.GetAsync(System))["Boot"]!;
        Assert.Equal(("Once", "Pxe"), (boot["BootSourceOverrideEnabled"]!.GetValue<string>(), boot["BootSourceOverrideTarget"]!.GetValue<string>()));

        await ironic.SendAsync(HttpMethod.Put, $"nodes/{node}/management/boot_device", new JsonObject { ["boot_device"] = "disk", ["persistent"] = true });
        await ironic.PowerAsync(node, "power on", "power on");
        Assert.True(bed.IsDomainActive());
        await ironic.PowerAsync(node, "rebooting", "power on");
        Assert.True(bed.IsDomainActive());
        await ironic.PowerAsync(node, "power off", "power off");
        Assert.False(bed.IsDomainActive());
        await ironic.DeleteAsync(node);
        await ironic.Judge.AllAreValidAsync(0, Token);
    }

    [Fact]
    public async Task Inspection_OverRedfish_FindsWhatTheHostHas()
    {
        await ironic.ManageAsync("inspected", Redfish);
        await ironic.ProvisionAsync("inspected", "inspect", "manageable");
        var found = (await ironic.GetAsync("nodes/inspected"))["properties"]!;
        var system = await bed.GetAsync(System);
        Assert.Equal(system["ProcessorSummary"]!["Count"]!.GetValue<int>(), int.Parse(found["cpus"]!.ToString(), null));
        Assert.Equal(system["MemorySummary"]!["TotalSystemMemoryGiB"]!.GetValue<double>() * 1024, double.Parse(found["memory_mb"]!.ToString(), null));
        Assert.Equal("x86_64", found["cpu_arch"]!.GetValue<string>());
        Assert.Contains("boot_mode:uefi", found["capabilities"]!.GetValue<string>(), StringComparison.Ordinal);

        var attributes = (await bed.GetAsync(System + "/Bios"))["Attributes"]!.AsObject();
        var settings = (await ironic.GetAsync("nodes/inspected/bios"))["bios"]!.AsArray();
        Assert.Equal(attributes.Select(attribute => attribute.Key).Order(), settings.Select(setting => setting!["name"]!.GetValue<string>()).Order());
        await ironic.DeleteAsync("inspected");
        await ironic.Judge.AllAreValidAsync(10, Token);
    }

    [Fact]
    public async Task Deployment_FromVirtualMedia_StartsTheHostFromIt()
    {
        await bed.ResetAsync("ForceOff");
        using var directory = new TestDirectory();
        await LiveIso.MakeAsync(directory, Token);
        await using var server = await FileServer.StartAsync(directory["live.iso"], Token);
        var definition = Redfish;
        definition["instance_info"] = new JsonObject { ["boot_iso"] = server.Address + "/live.iso" };
        await ironic.ManageAsync("deployed", definition);
        await ironic.ProvisionAsync("deployed", "provide", "available");

        await using (var console = await ConsoleClient.ConnectAsync(bed, null, Token))
        {
            await ironic.ProvisionAsync("deployed", "active", "active");
            await console.WaitForAsync(GuestImage.Ready, BmcTestbed.BootTime, Token);
        }
        Assert.True(await LiveIso.IsRunningAsync(bed, Token));
        Assert.True(await IsInsertedAsync());

        await ironic.ProvisionAsync("deployed", "deleted", "available");
        Assert.False(bed.IsDomainActive());
        Assert.False(await IsInsertedAsync());
        await ironic.DeleteAsync("deployed");
        await ironic.Judge.AllAreValidAsync(10, Token);
    }

    private async Task<bool> IsInsertedAsync() =>
        (await bed.GetAsync("/redfish/v1/Managers/1/VirtualMedia/Cd"))["Inserted"]!.GetValue<bool>();
}
