using System.Text.Json.Nodes;
using Lab.Emulators.Bmc.Tests.Testbed;
using Lab.Emulators.Host.Tests.Testbed;

namespace Lab.Emulators.Bmc.Tests.Device;

/// <summary>What the DPU plugs into a running host is seen over Redfish.</summary>
[Collection(BmcTestbed.Collection)]
public sealed class HotplugTests(BmcTestbed bed)
{
    private const string Interfaces = "/redfish/v1/Systems/1/EthernetInterfaces";

    [Fact]
    public async Task Nic_PluggedAndUnplugged_ComesAndGoesWithItsFunction()
    {
        await bed.BootAsync();
        var functions = await CountAsync("/redfish/v1/Chassis/1/PCIeDevices");
        await bed.PcieAsync("pcie_plug", new JsonObject
        {
            ["id"] = "hot", ["type"] = "virtio-net", ["mac"] = "02:00:00:00:00:77", ["tap"] = "tap0", ["mtu"] = 1500,
        });
        await Eventually.HoldsAsync("it is there", TimeSpan.FromSeconds(20), async () => await CountAsync(Interfaces) == 1, TestContext.Current.CancellationToken);
        var path = (await bed.GetAsync(Interfaces))["Members"]![0]!["@odata.id"]!.GetValue<string>();
        Assert.Equal("02:00:00:00:00:77", (await bed.GetAsync(path))["MACAddress"]!.GetValue<string>());
        Assert.Equal(functions + 1, await CountAsync("/redfish/v1/Chassis/1/PCIeDevices"));
        await bed.PcieAsync("pcie_unplug", new JsonObject { ["id"] = "hot" });
        await Eventually.HoldsAsync("it is gone", TimeSpan.FromSeconds(20), async () => await CountAsync(Interfaces) == 0, TestContext.Current.CancellationToken);
        Assert.Equal(functions, await CountAsync("/redfish/v1/Chassis/1/PCIeDevices"));
    }

    private async Task<int> CountAsync(string collection) => (await bed.GetAsync(collection))["Members@odata.count"]!.GetValue<int>();
}
