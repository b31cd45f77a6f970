using Lab.Emulators.Bmc.Tests.Ipmi.Testbed;

namespace Lab.Emulators.Bmc.Tests.Ipmi;

/// <summary>FreeIPMI as judge: another implementation than ipmitool's, in both suites.</summary>
public sealed class FreeipmiTests
{
    public static TheoryData<int> Suites => [3, 17];

    [Theory, MemberData(nameof(Suites))]
    public async Task Inventory_ByFreeipmi_IsTheProfiles(int suite)
    {
        await using var bmc = new IpmiBmc();
        var info = await Freeipmi.RunAsync("bmc-info", bmc.Address, suite);
        Assert.Contains("IPMI Version          : 2.0", info, StringComparison.Ordinal);
        Assert.Contains($"System GUID : {bmc.Machine.Uuid}", info, StringComparison.Ordinal);
        Assert.Contains("System Name                   : bm0", info, StringComparison.Ordinal);
        var fru = await Freeipmi.RunAsync("ipmi-fru", bmc.Address, suite);
        Assert.Contains("FRU Chassis Type: Rack Mount Chassis", fru, StringComparison.Ordinal);
        Assert.Contains("FRU Product Serial Number: " + IpmiBmc.SerialNumber, fru, StringComparison.Ordinal);
        Assert.DoesNotContain("checksum", fru, StringComparison.OrdinalIgnoreCase);
    }

    [Theory, MemberData(nameof(Suites))]
    public async Task Power_ByFreeipmi_IsSwitched(int suite)
    {
        await using var bmc = new IpmiBmc();
        Assert.Contains(": off", await Freeipmi.RunAsync("ipmipower", bmc.Address, suite, "--stat"), StringComparison.Ordinal);
        Assert.Contains(": ok", await Freeipmi.RunAsync("ipmipower", bmc.Address, suite, "--on"), StringComparison.Ordinal);
        Assert.Contains(": on", await Freeipmi.RunAsync("ipmipower", bmc.Address, suite, "--stat"), StringComparison.Ordinal);
        Assert.Contains(": ok", await Freeipmi.RunAsync("ipmipower", bmc.Address, suite, "--reset"), StringComparison.Ordinal);
        Assert.Contains(": ok", await Freeipmi.RunAsync("ipmipower", bmc.Address, suite, "--soft"), StringComparison.Ordinal);
        Assert.Equal(["start None", "reset", "button"], bmc.Machine.Done);
        Assert.Contains("System Power                        : off", await Freeipmi.RunAsync("ipmi-chassis", bmc.Address, suite, "--get-chassis-status"), StringComparison.Ordinal);
        await Freeipmi.RunAsync("ipmi-chassis", bmc.Address, suite, "--set-power-restore-policy=RESTORE");
        Assert.Contains("Restore", await Freeipmi.RunAsync("ipmi-chassis", bmc.Address, suite, "--get-chassis-status"), StringComparison.OrdinalIgnoreCase);
        await Freeipmi.RunAsync("ipmi-chassis", bmc.Address, suite, "--chassis-identify=FORCE");
        Assert.True(bmc.Device.State.Indicator.Active);
    }

    [Theory, MemberData(nameof(Suites))]
    public async Task SensorsAndEvents_ByFreeipmi_AreTheDevices(int suite)
    {
        await using var bmc = new IpmiBmc();
        await bmc.ReadAsync(0x00, 0x02, 1);
        await bmc.Device.ConfigureAsync(
            state => state with { SensorOverrides = state.SensorOverrides.SetItem("CPU1Temp", 96) }, TestContext.Current.CancellationToken);
        var sensors = await Freeipmi.RunAsync("ipmi-sensors", bmc.Address, suite, "--output-sensor-thresholds");
        var row = sensors.Split('\n').Single(line => line.Contains("CPU1 Temp", StringComparison.Ordinal)).Split('|').Select(cell => cell.Trim()).ToList();
        Assert.Equal(["Temperature", "96.00", "C", "N/A", "N/A", "N/A", "85.00", "95.00", "105.00"], row[2..11]);
        Assert.Equal(bmc.Bmc.Profile.Sensors.Length, sensors.Split('\n').Count(line => line.Contains('|')) - 1);
        Assert.Contains("Initiated by power up", await Freeipmi.RunAsync("ipmi-sel", bmc.Address, suite), StringComparison.Ordinal);
        await Freeipmi.RunAsync("ipmi-sel", bmc.Address, suite, "--clear");
        Assert.Contains("Log Area Reset/Cleared", await Freeipmi.RunAsync("ipmi-sel", bmc.Address, suite), StringComparison.Ordinal);
        Assert.Contains("Number of log entries                  : 1", await Freeipmi.RunAsync("ipmi-sel", bmc.Address, suite, "--info"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Configuration_CheckedOutAndCommitted_IsTheSame()
    {
        await using var bmc = new IpmiBmc();
        var before = await Freeipmi.RunAsync("ipmi-config", bmc.Address, 17, "--checkout", "--category=core");
        Assert.Contains("Username                                      admin", before, StringComparison.Ordinal);
        await Freeipmi.RunAsync("ipmi-config", bmc.Address, 17, "--commit", "--category=core", "--key-pair=User3:Username=carol");
        await Freeipmi.RunAsync("ipmi-config", bmc.Address, 17, "--commit", "--category=core", "--key-pair=User3:Password=carol's secret");
        Assert.Equal("carol", bmc.Bmc.Accounts.FindByIpmiId(3)?.UserName);
        var after = await Freeipmi.RunAsync("ipmi-config", bmc.Address, 17, "--checkout", "--category=core");
        Assert.Contains("carol", after, StringComparison.Ordinal);
    }
}
