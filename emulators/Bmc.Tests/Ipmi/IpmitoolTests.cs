using Lab.Emulators.Bmc.Accounts;
using Lab.Emulators.Bmc.Device;
using Lab.Emulators.Bmc.Machine;
using Lab.Emulators.Bmc.Tests.Ipmi.Testbed;
using Lab.Emulators.Host.Tests.Testbed;

namespace Lab.Emulators.Bmc.Tests.Ipmi;

/// <summary>ipmitool as judge: every subcommand that people and Ironic use.</summary>
public sealed class IpmitoolTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(3)]
    [InlineData(17)]
    [InlineData(null)]
    public async Task Login_EverySuite_ReadsTheDeviceId(int? suite)
    {
        await using var bmc = new IpmiBmc();
        await HasAsync(bmc, suite, "mc info", "IPMI Version              : 2.0", "SDR Repository Device", "SEL Device", "FRU Inventory Device", "Chassis Device");
    }

    [Theory]
    [InlineData(IpmiBmc.UserName, "wrong", 17, "RAKP 2 HMAC is invalid")]
    [InlineData(IpmiBmc.UserName, "wrong", 3, "RAKP 2 HMAC is invalid")]
    [InlineData("nobody", "not a secret", 17, "unauthorized name")]
    public async Task Login_Wrong_SaysWhy(string user, string password, int suite, string said)
    {
        await using var bmc = new IpmiBmc();
        Assert.Contains(said, await Ipmitool.FailAsync(bmc.Address, suite, user, password, "mc", "info"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(8)]
    public async Task Login_SuiteThatDoesNotProtect_IsRefused(int suite)
    {
        await using var bmc = new IpmiBmc();
        await Ipmitool.FailAsync(bmc.Address, suite, IpmiBmc.UserName, IpmiBmc.Password, "mc", "info");
        Assert.Empty(bmc.Front.Sessions.Active);
    }

    [Fact]
    public async Task Ipmi15_IsRefused()
    {
        await using var bmc = new IpmiBmc();
        foreach (var authentication in new[] { "NONE", "MD5", "PASSWORD" })
        {
            var command = Ipmitool.Command(bmc.Address, null, IpmiBmc.UserName, IpmiBmc.Password, "-A", authentication, "power", "on");
            command[2] = "lan";
            await using var process = RunningProcess.Start(command);
            Assert.NotEqual(0, await process.WaitForExitAsync(Token));
        }
        Assert.Empty(bmc.Machine.Done);
    }

    [Fact]
    public async Task Controller_AllItTells_IsTold()
    {
        await using var bmc = new IpmiBmc();
        await HasAsync(bmc, 17, "mc guid", bmc.Machine.Uuid.ToString());
        await HasAsync(bmc, 17, "mc selftest", "passed");
        await HasAsync(bmc, 17, "mc getenables", "System Event Logging                     : enabled");
        await HasAsync(bmc, 17, "mc setsysinfo os_name a-rather-long-name-of-a-system");
        await HasAsync(bmc, 17, "mc getsysinfo os_name", "a-rather-long-name-of-a-system");
        await HasAsync(bmc, 17, "channel info 1", "802.3 LAN", "multi-session");
        await HasAsync(bmc, 17, "channel authcap 1 4", "Channel supports IPMI v1.5 : no", "Channel supports IPMI v2.0 : yes");
        await HasAsync(bmc, 17, "channel getciphers ipmi", "hmac_sha1_96", "sha256_128");
        await HasAsync(bmc, 17, "session info active", "privilege level               : ADMINISTRATOR", "session type                  : IPMIv2/RMCP+");
        await HasAsync(bmc, 17, "mc reset warm", "Sent warm reset");
        await HasAsync(bmc, 17, "mc reset cold", "Sent cold reset");
        await Eventually.HoldsAsync("the BMC restarts", TimeSpan.FromSeconds(10), () => bmc.Restarts == 1, Token);
    }

    [Fact]
    public async Task Power_EveryAction_ReachesTheMachine()
    {
        await using var bmc = new IpmiBmc();
        await HasAsync(bmc, 17, "power status", "is off");
        foreach (var action in new[] { "on", "cycle", "reset", "diag", "soft", "on", "off" })
            await HasAsync(bmc, 17, "power " + action, "Chassis Power Control");
        Assert.Equal(["start None", "off", "start None", "reset", "nmi", "button", "start None", "off"], bmc.Machine.Done);
        Assert.Contains(
            "not supported in present state",
            await Ipmitool.FailAsync(bmc.Address, 17, IpmiBmc.UserName, IpmiBmc.Password, "power", "cycle"), StringComparison.Ordinal);
        await HasAsync(bmc, 17, "chassis status", "System Power         : off", "Power Restore Policy : always-off");
        await HasAsync(bmc, 17, "chassis restart_cause", "chassis power control command");
        await HasAsync(bmc, 17, "chassis policy always-on");
        Assert.Equal(PowerRestorePolicy.AlwaysOn, bmc.Device.State.PowerRestorePolicy);
        await HasAsync(bmc, 17, "chassis identify force");
        Assert.Equal(new Indicator(Active: true), bmc.Device.State.Indicator);
        await HasAsync(bmc, 17, "chassis poh", "POH Counter");
        await HasAsync(bmc, 17, "chassis selftest", "passed");
    }

    [Theory]
    [InlineData("pxe", BootOverrideEnabled.Once, BootTarget.Pxe, BootMode.Legacy, "Force PXE", "only next boot")]
    [InlineData("disk options=efiboot", BootOverrideEnabled.Once, BootTarget.Hdd, BootMode.Uefi, "Force Boot from default Hard-Drive", "only next boot")]
    [InlineData("cdrom options=persistent,efiboot", BootOverrideEnabled.Continuous, BootTarget.Cd, BootMode.Uefi, "Force Boot from CD/DVD", "all future boots")]
    [InlineData("bios", BootOverrideEnabled.Once, BootTarget.BiosSetup, BootMode.Legacy, "Force Boot into BIOS Setup", "only next boot")]
    [InlineData("safe", BootOverrideEnabled.Once, BootTarget.Hdd, BootMode.Legacy, "request Safe-Mode", "only next boot")]
    public async Task Bootdev_IsTheDevicesOverride(
        string device, BootOverrideEnabled enabled, BootTarget target, BootMode mode, string selector, string persistence)
    {
        await using var bmc = new IpmiBmc();
        await HasAsync(bmc, 17, "chassis bootdev " + device, "Set Boot Device to");
        var boot = bmc.Device.State.Boot;
        Assert.Equal((enabled, target, mode), (boot.Enabled, boot.Target, boot.Mode));
        await HasAsync(bmc, 17, "chassis bootparam get 5", "Boot Flag Valid", selector, persistence);
    }

    [Fact]
    public async Task IronicsRawCommands_AreTaken()
    {
        await using var bmc = new IpmiBmc();
        await HasAsync(bmc, 17, "raw 0x00 0x08 0x03 0x08");
        await HasAsync(bmc, 17, "raw 0x00 0x08 0x05 0xe0 0x04 0x00 0x00 0x00");
        Assert.Equal(new BootOverride(BootOverrideEnabled.Continuous, BootTarget.Pxe), bmc.Device.State.Boot);
        await HasAsync(bmc, 17, "raw 0x00 0x08 0x05 0xa0 0x24 0x00 0x00 0x00");
        Assert.Equal(new BootOverride(BootOverrideEnabled.Once, BootTarget.Usb), bmc.Device.State.Boot);
        Assert.Contains("rsp=0xc1", await Ipmitool.FailAsync(bmc.Address, 17, IpmiBmc.UserName, IpmiBmc.Password, "raw", "0x2e", "1"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sensors_AreLiveAndFitTheirThresholds()
    {
        await using var bmc = new IpmiBmc();
        await HasAsync(bmc, 17, "sdr", "Fan1             | no reading        | ns");
        await HasAsync(bmc, 17, "power on");
        await bmc.Device.ConfigureAsync(
            state => state with { SensorOverrides = state.SensorOverrides.SetItem("CPU1Temp", 90).SetItem("Fan1", 7200).SetItem("P12V", 12.08) }, Token);
        await HasAsync(
            bmc, 17, "sensor",
            "CPU1 Temp        | 90.000     | degrees C  | nc    | na        | na        | na        | 85.000    | 95.000    | 105.000",
            "Fan1             | 7200.000   | RPM        | ok    | na        | 480.000   | 960.000   | na        | na        | na",
            "P12V             | 12.080     | Volts      | ok    | na        | 10.800    | 11.200    | 12.800    | 13.200    | na");
        await HasAsync(bmc, 17, "sdr elist full", "|  3.1 | 90 degrees C");
        await HasAsync(bmc, 17, "sdr -v", "Sensor ID              : CPU1 Temp (0x3)", "Sensor Type (Threshold)  : Temperature (0x01)");
        await HasAsync(bmc, 17, "sdr info", "Record Count                        : 13");
        await HasAsync(bmc, 17, "sdr type Fan", "Fan2");
        using var directory = new TestDirectory();
        await HasAsync(bmc, 17, "sdr dump " + directory["sdr"], "Dumping Sensor Data Repository");
        Assert.True(new FileInfo(directory["sdr"]).Length > 13 * 40);
    }

    [Fact]
    public async Task Fru_IsTheProfilesWithTheMachinesSerialNumber()
    {
        await using var bmc = new IpmiBmc();
        var output = await HasAsync(
            bmc, 17, "fru print", "Chassis Type          : Rack Mount Chassis", "Board Mfg             : Lab", "Product Name          : Emulated host",
            "Product Serial        : " + IpmiBmc.SerialNumber);
        Assert.DoesNotContain("checksum", output, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Sel_IsTheDevicesEventLog()
    {
        await using var bmc = new IpmiBmc();
        await HasAsync(bmc, 17, "power on");
        await HasAsync(bmc, 17, "sel info", "Entries          : 1", "'Delete' 'Reserve' 'Get Alloc Info'");
        await HasAsync(bmc, 17, "sel elist", "System Boot Initiated | Initiated by power up | Asserted");
        await HasAsync(bmc, 17, "event 1", "Upper Critical going high");
        await HasAsync(bmc, 17, "sel list", "Temperature #0x30 | Upper Critical going high | Asserted");
        await HasAsync(bmc, 17, "sel get 0x2", "Sensor Number         : 30");
        await HasAsync(bmc, 17, "sel delete 2", "Deleted entry 2");
        await HasAsync(bmc, 17, "sel clear", "Clearing SEL");
        await HasAsync(bmc, 17, "sel list", "Log area reset/cleared");
        Assert.Single(bmc.Device.State.EventLog.Entries);
        await HasAsync(bmc, 17, "sel time set \"01/02/20 03:04:05\"", "01/02/20");
        await HasAsync(bmc, 17, "sel time get", "01/02/20");
    }

    [Fact]
    public async Task LanAndSol_AreToldAndSet()
    {
        await using var bmc = new IpmiBmc();
        await HasAsync(
            bmc, 17, "lan print", "IP Address              : 127.0.0.1", "MAC Address             : 02:", "RMCP+ Cipher Suites     : 3,17",
            "Cipher Suite Priv Max   : aaaaaaaaaaaaaaa", "Bad Password Threshold  : 5");
        await HasAsync(bmc, 17, "lan set 1 ipaddr 10.1.2.3");
        await HasAsync(bmc, 17, "lan set 1 netmask 255.255.255.0");
        await HasAsync(bmc, 17, "lan set 1 defgw ipaddr 10.1.2.1");
        await HasAsync(
            bmc, 17, "lan print 1", "IP Address              : 10.1.2.3", "Subnet Mask             : 255.255.255.0", "Default Gateway IP      : 10.1.2.1");
        await HasAsync(bmc, 17, "sol info", "Force Encryption                : true", "Payload Port                    : " + bmc.Address.Port);
        await HasAsync(bmc, 17, "sol set retry-count 3");
        await HasAsync(bmc, 17, "sol info 1", "Retry Count                     : 3");
    }

    [Fact]
    public async Task Users_AreTheAccounts()
    {
        await using var bmc = new IpmiBmc();
        foreach (var step in new[] { "user set name 3 bob", "user set password 3 bobs-secret", "channel setaccess 1 3 ipmi=on privilege=3", "user enable 3" })
            await HasAsync(bmc, 17, step);
        Assert.Equal(Role.Operator, bmc.Bmc.Accounts.Authenticate("bob", "bobs-secret")?.Role);
        await HasAsync(bmc, 17, "user list 1", "3   bob              true    false      true       OPERATOR");
        await HasAsync(bmc, 17, "user summary 1", "Enabled User Count  : 2");
        await HasAsync(bmc, 17, "channel getaccess 1 3", "Privilege Level      : OPERATOR", "Enable Status        : enabled");
        await HasAsync(bmc, 17, "user test 3 16 bobs-secret", "Success");
        var asBob = Ipmitool.Command(bmc.Address, 17, "bob", "bobs-secret", "-L", "OPERATOR", "power", "on");
        await RunningProcess.RunAsync(asBob, Token);
        Assert.Equal(["start None"], bmc.Machine.Done);
        Assert.Contains(
            "Insufficient privilege",
            await Ipmitool.FailAsync(bmc.Address, 17, "bob", "bobs-secret", "-L", "OPERATOR", "user", "set", "name", "4", "mallory"),
            StringComparison.Ordinal);
        await HasAsync(bmc, 17, "user disable 3");
        Assert.Contains("unauthorized name", await Ipmitool.FailAsync(bmc.Address, 17, "bob", "bobs-secret", "mc", "info"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadOnlyUser_ChangesNothing()
    {
        await using var bmc = new IpmiBmc();
        bmc.Bmc.Accounts.Create(new Account("", "viewer", Role.ReadOnly, IsBootstrap: false), "viewers secret");
        var before = bmc.Device.State;
        await RunningProcess.RunAsync(Ipmitool.Command(bmc.Address, 17, "viewer", "viewers secret", "-L", "USER", "chassis", "status"), Token);
        foreach (var change in new[]
            { "power on", "power reset", "chassis identify", "chassis policy always-on", "chassis bootdev pxe", "sel clear", "user set name 4 x", "mc reset cold", "lan set 1 ipaddr 1.2.3.4", "sol activate" })
        {
            // Not every subcommand says by its exit code that it was refused.
            await using var process = RunningProcess.Start(
                Ipmitool.Command(bmc.Address, 17, "viewer", "viewers secret", ["-L", "USER", .. change.Split(' ')]));
            await process.WaitForExitAsync(Token);
        }
        Assert.Equal(before, bmc.Device.State);
        Assert.Empty(bmc.Machine.Done);
        Assert.Equal(0, bmc.Restarts);
    }

    [Fact]
    public async Task Watchdog_SetAndRunning_IsTold()
    {
        await using var bmc = new IpmiBmc();
        await HasAsync(bmc, 17, "raw 0x06 0x24 0x44 0x01 0 0 0x58 0x02");
        await HasAsync(bmc, 17, "mc watchdog reset");
        await HasAsync(bmc, 17, "mc watchdog get", "Started/Running", "SMS/OS", "Hard Reset", "Initial Countdown:      60.0 sec");
        await HasAsync(bmc, 17, "mc watchdog off");
        await HasAsync(bmc, 17, "mc watchdog get", "Stopped");
    }

    /// <summary>Runs a subcommand that must succeed and say all of <paramref name="wanted"/>.</summary>
    private static async Task<string> HasAsync(IpmiBmc bmc, int? suite, string command, params string[] wanted)
    {
        var arguments = command.Split('"') is [var words, var quoted, ..]
            ? [.. words.Split(' ', StringSplitOptions.RemoveEmptyEntries), quoted]
            : command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var output = await Ipmitool.RunAsync(bmc.Address, suite, arguments);
        foreach (var text in wanted)
            Assert.Contains(text, output, StringComparison.Ordinal);
        return output;
    }
}
