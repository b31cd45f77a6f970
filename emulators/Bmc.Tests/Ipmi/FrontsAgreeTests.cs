using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Lab.Emulators.Bmc.Tests.Ipmi.Testbed;
using Lab.Emulators.Bmc.Tests.Testbed;
using Lab.Emulators.Host.Tests.Testbed;

namespace Lab.Emulators.Bmc.Tests.Ipmi;

/// <summary>Redfish and IPMI over one device: what is changed on one front is read on the other, by ipmitool and by HTTP.</summary>
public sealed class FrontsAgreeTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Power_SwitchedOnEitherFront_IsReadOnTheOther()
    {
        await using var bmc = await SimulatedBmc.StartAsync(withIpmi: true);
        await IpmitoolAsync(bmc, "power on");
        Assert.Equal("On", (await bmc.GetAsync(SimulatedBmc.System))["PowerState"]!.GetValue<string>());
        await bmc.ResetAsync("ForceOff");
        Assert.Contains("is off", await IpmitoolAsync(bmc, "power status"), StringComparison.Ordinal);
        await bmc.ResetAsync("On");
        await IpmitoolAsync(bmc, "power soft");
        await Eventually.HoldsAsync(
            "the host is off", Limit, async () => (await bmc.GetAsync(SimulatedBmc.System))["PowerState"]!.GetValue<string>() == "Off", Token);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task NetworkProtocol_TellsThePortThatIpmiAnswersOn(bool hasIpmi)
    {
        await using var bmc = await SimulatedBmc.StartAsync(withIpmi: hasIpmi);
        var ipmi = (await bmc.GetAsync("/redfish/v1/Managers/1/NetworkProtocol"))["IPMI"]!;
        Assert.Equal(hasIpmi, ipmi["ProtocolEnabled"]!.GetValue<bool>());
        Assert.Equal(hasIpmi ? bmc.Ipmi.Port : null, ipmi["Port"]?.GetValue<int>());
    }

    [Theory]
    [InlineData("pxe options=efiboot", "Once", "Pxe", "UEFI")]
    [InlineData("disk", "Once", "Hdd", "Legacy")]
    [InlineData("cdrom options=persistent,efiboot", "Continuous", "Cd", "UEFI")]
    [InlineData("bios options=efiboot", "Once", "BiosSetup", "UEFI")]
    public async Task Boot_SetByIpmi_IsRedfishsOverride(string device, string enabled, string target, string mode)
    {
        await using var bmc = await SimulatedBmc.StartAsync(withIpmi: true);
        await IpmitoolAsync(bmc, "chassis bootdev " + device);
        var boot = (await bmc.GetAsync(SimulatedBmc.System))["Boot"]!;
        Assert.Equal(enabled, boot["BootSourceOverrideEnabled"]!.GetValue<string>());
        Assert.Equal(target, boot["BootSourceOverrideTarget"]!.GetValue<string>());
        Assert.Equal(mode, boot["BootSourceOverrideMode"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("Once", "Pxe", "UEFI", "a004000000")]
    [InlineData("Continuous", "Hdd", "UEFI", "e008000000")]
    [InlineData("Once", "Cd", "Legacy", "8014000000")]
    [InlineData("Disabled", "None", "UEFI", "2000000000")]
    public async Task Boot_SetByRedfish_IsIpmisFlags(string enabled, string target, string mode, string flags)
    {
        await using var bmc = await SimulatedBmc.StartAsync(withIpmi: true);
        using var patched = await bmc.PatchAsync(
            SimulatedBmc.System,
            $$$"""{"Boot":{"BootSourceOverrideEnabled":"{{{enabled}}}","BootSourceOverrideTarget":"{{{target}}}","BootSourceOverrideMode":"{{{mode}}}"}}""");
        Assert.True(patched.IsSuccessStatusCode, await patched.Content.ReadAsStringAsync(Token));
        Assert.Contains("Boot parameter data: " + flags, await IpmitoolAsync(bmc, "chassis bootparam get 5"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task EventLog_OfBothFronts_IsOne()
    {
        await using var bmc = await SimulatedBmc.StartAsync(withIpmi: true);
        await IpmitoolAsync(bmc, "event 1");
        var entries = await EntriesAsync(bmc);
        Assert.Equal(Lines(await IpmitoolAsync(bmc, "sel list")).Length, entries.Count);
        Assert.Equal(0x30, entries[^1]!["SensorNumber"]!.GetValue<int>());
        using var cleared = await bmc.PostAsync(SimulatedBmc.System + "/LogServices/SEL/Actions/LogService.ClearLog", "{}");
        Assert.True(cleared.IsSuccessStatusCode);
        Assert.Contains("Log area reset/cleared", Assert.Single(Lines(await IpmitoolAsync(bmc, "sel list"))), StringComparison.Ordinal);
        await IpmitoolAsync(bmc, "power on");
        Assert.Equal(2, (await EntriesAsync(bmc)).Count);
        await IpmitoolAsync(bmc, "sel clear");
        Assert.Single(await EntriesAsync(bmc));
    }

    [Fact]
    public async Task Sensors_OfBothFronts_ReadTheSame()
    {
        await using var bmc = await SimulatedBmc.StartAsync(withIpmi: true);
        await bmc.ResetAsync("On");
        // A reading that moves would be another one at the second front.
        foreach (var sensor in bmc.Instance.Profile.Sensors)
            await bmc.Instance.Device.ConfigureAsync(
                state => state with { SensorOverrides = state.SensorOverrides.SetItem(sensor.Id, sensor.On) }, Token);
        var byIpmi = Lines(await IpmitoolAsync(bmc, "sensor")).Select(line => line.Split('|').Select(cell => cell.Trim()).ToArray())
            .ToDictionary(cells => cells[0], cells => double.Parse(cells[1], CultureInfo.InvariantCulture));
        foreach (var sensor in bmc.Instance.Profile.Sensors)
        {
            var resource = await bmc.GetAsync($"{bmc.Instance.Paths.Chassis}/Sensors/{sensor.Id}");
            var reading = resource["Reading"]!.GetValue<double>();
            // IPMI has 255 steps for the sensor's range, and 16 characters for its name.
            Assert.Equal(reading, byIpmi[sensor.Name[..Math.Min(16, sensor.Name.Length)]], tolerance: (sensor.Max - sensor.Min) / 255);
        }
    }

    [Fact]
    public async Task Users_MadeOnEitherFront_LogInOnBoth()
    {
        await using var bmc = await SimulatedBmc.StartAsync(withIpmi: true);
        using var made = await bmc.PostAsync(
            "/redfish/v1/AccountService/Accounts", """{"UserName":"rita","Password":"ritas-secret","RoleId":"Operator"}""");
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        Assert.Matches(@"rita\s+true\s+false\s+true\s+OPERATOR", await IpmitoolAsync(bmc, "user list 1"));
        await RunningProcess.RunAsync(Ipmitool.Command(bmc.Ipmi, 17, "rita", "ritas-secret", "-L", "OPERATOR", "power", "on"), Token);

        foreach (var step in new[] { "user set name 4 ivan", "user set password 4 ivans-secret", "channel setaccess 1 4 ipmi=on privilege=4", "user enable 4" })
            await IpmitoolAsync(bmc, step);
        using var client = bmc.CreateClient("ivan", "ivans-secret");
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/redfish/v1/Systems", Token)).StatusCode);
        await IpmitoolAsync(bmc, "user disable 4");
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("/redfish/v1/Systems", Token)).StatusCode);
    }

    [Fact]
    public async Task Guesses_OverIpmi_LockTheAccountForRedfishToo()
    {
        await using var bmc = await SimulatedBmc.StartAsync(withIpmi: true);
        var account = bmc.Instance.Accounts.All.Single(a => a.UserName == SimulatedBmc.UserName);
        using var guesser = new LanClient(bmc.Ipmi);
        for (var guess = 0; guess < bmc.Instance.Accounts.Policy.LockoutThreshold; guess++)
            await guesser.LogInAsync(SimulatedBmc.UserName, "guess");
        Assert.True(bmc.Instance.Accounts.IsLocked(account.Id));
        using var client = bmc.CreateClient(SimulatedBmc.UserName, SimulatedBmc.Password);
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("/redfish/v1/Systems", Token)).StatusCode);
    }

    [Fact]
    public async Task Identity_OfBothFronts_IsTheSame()
    {
        await using var bmc = await SimulatedBmc.StartAsync(withIpmi: true);
        var system = await bmc.GetAsync(SimulatedBmc.System);
        Assert.Contains(system["UUID"]!.GetValue<string>(), await IpmitoolAsync(bmc, "mc guid"), StringComparison.OrdinalIgnoreCase);
        Assert.Contains("Product Serial        : " + system["SerialNumber"]!.GetValue<string>(), await IpmitoolAsync(bmc, "fru print"), StringComparison.Ordinal);
        using var patched = await bmc.PatchAsync(SimulatedBmc.System, """{"AssetTag":"rack 7","LocationIndicatorActive":true}""");
        Assert.True(patched.IsSuccessStatusCode, await patched.Content.ReadAsStringAsync(Token));
        Assert.Contains("Product Asset Tag     : rack 7", await IpmitoolAsync(bmc, "fru print"), StringComparison.Ordinal);
        await IpmitoolAsync(bmc, "chassis identify 0");
        Assert.False((await bmc.GetAsync(SimulatedBmc.System))["LocationIndicatorActive"]!.GetValue<bool>());
        await IpmitoolAsync(bmc, "chassis policy always-on");
        Assert.Equal("AlwaysOn", (await bmc.GetAsync(SimulatedBmc.System))["PowerRestorePolicy"]!.GetValue<string>());
        var lan = await IpmitoolAsync(bmc, "lan print");
        var interfaces = await bmc.GetAsync(bmc.Instance.Paths.Manager + "/EthernetInterfaces");
        var path = interfaces["Members"]![0]!["@odata.id"]!.GetValue<string>();
        var ethernet = await bmc.GetAsync(path);
        Assert.Equal(ethernet["MACAddress"]!.GetValue<string>(), Regex.Match(lan, @"MAC Address +: (\S+)").Groups[1].Value);
        Assert.Contains("IP Address Source       : DHCP Address", lan, StringComparison.Ordinal);
        await IpmitoolAsync(bmc, "lan set 1 ipsrc static");
        ethernet = await bmc.GetAsync(path);
        Assert.False(ethernet["DHCPv4"]!["DHCPEnabled"]!.GetValue<bool>());
    }

    private static Task<string> IpmitoolAsync(SimulatedBmc bmc, string command) => RunningProcess.RunAsync(
        Ipmitool.Command(bmc.Ipmi, 17, SimulatedBmc.UserName, SimulatedBmc.Password, command.Split(' ')), Token);

    private static async Task<JsonArray> EntriesAsync(SimulatedBmc bmc) =>
        (await bmc.GetAsync(SimulatedBmc.System + "/LogServices/SEL/Entries"))["Members"]!.AsArray();

    private static string[] Lines(string output) => output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
