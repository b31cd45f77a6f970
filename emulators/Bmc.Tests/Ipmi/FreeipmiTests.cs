using Lab.Emulators.Bmc.Accounts;
using Lab.Emulators.Bmc.Tests.Ipmi.Testbed;
using Lab.Emulators.Host.Tests.Testbed;

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
    public async Task Configuration_CheckedOutAndCommitted_IsTheAccounts()
    {
        await using var bmc = new IpmiBmc();
        var before = await ConfigureAsync(bmc, "--checkout");
        Assert.Matches(@"Username +admin", before);
        Assert.Matches(@"Maximum_Privilege_Cipher_Suite_Id_3 +Administrator", before);
        using var directory = new TestDirectory();
        await File.WriteAllTextAsync(
            directory["user"],
            """
            Section User3
              Username carol
              Password carols-secret
              Enable_User Yes
              Lan_Privilege_Limit Operator
            EndSection

            """,
            TestContext.Current.CancellationToken);
        await ConfigureAsync(bmc, "--commit", "--filename=" + directory["user"]);
        Assert.Equal(Role.Operator, bmc.Bmc.Accounts.Authenticate("carol", "carols-secret")?.Role);
        Assert.Matches(@"Username +carol", await ConfigureAsync(bmc, "--checkout"));
    }

    // Its exit code also counts what a BMC without a serial channel does not have.
    private static async Task<string> ConfigureAsync(IpmiBmc bmc, params string[] arguments)
    {
        await using var process = RunningProcess.Start(Freeipmi.Command("ipmi-config", bmc.Address, 17, ["--category=core", .. arguments]));
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return process.Output;
    }
}
