using System.Diagnostics;
using System.Net;
using Lab.Emulators.Bmc.Faults;
using Lab.Emulators.Bmc.Tests.Ipmi.Testbed;
using Lab.Emulators.Bmc.Tests.Testbed;
using Lab.Emulators.Host.Tests.Testbed;
using Lab.Protocols.Ipmi;

namespace Lab.Emulators.Bmc.Tests.Faults;

/// <summary>Faults on IPMI commands, in ipmitool's eyes.</summary>
public sealed class IpmiFaultTests
{
    private const string GetDeviceId = "0x06 0x01";
    private const string ChassisStatus = "0x00 0x01";
    private const string ChassisControl = "0x00 0x02";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Status_OfOneCommand_IsItsCompletionCodeSoOften()
    {
        await using var bmc = new IpmiBmc();
        bmc.Faults.Add(new FaultRule { Kind = FaultKind.Status, Ipmi = ChassisControl, Completion = "0xd5", CountMax = 1 });
        var said = await Ipmitool.FailAsync(bmc.Address, 17, IpmiBmc.UserName, IpmiBmc.Password, "chassis", "power", "on");
        Assert.Contains("not supported in present state", said, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("Chassis Power is off", (await Ipmitool.RunAsync(bmc.Address, 17, "chassis", "power", "status")).Trim());
        await Ipmitool.RunAsync(bmc.Address, 17, "chassis", "power", "on");
        Assert.Equal("Chassis Power is on", (await Ipmitool.RunAsync(bmc.Address, 17, "chassis", "power", "status")).Trim());
    }

    [Fact]
    public async Task Latency_IsWaitedBeforeTheAnswer()
    {
        await using var bmc = new IpmiBmc();
        var fault = bmc.Faults.Add(new FaultRule { Kind = FaultKind.Latency, Ipmi = ChassisStatus, LatencyMs = 400, JitterMs = 50, Seed = 5 });
        var start = Stopwatch.GetTimestamp();
        await Ipmitool.RunAsync(bmc.Address, 17, "chassis", "power", "status");
        Assert.True(Stopwatch.GetElapsedTime(start) >= TimeSpan.FromMilliseconds(345));
        Assert.Equal(1, fault.Count);
    }

    [Fact]
    public async Task Drop_IsOvercomeByAskingAgain()
    {
        await using var bmc = new IpmiBmc();
        var fault = bmc.Faults.Add(new FaultRule { Kind = FaultKind.Drop, Ipmi = ChassisControl, CountMax = 2 });
        // ipmitool asks again after a second.
        await Ipmitool.RunAsync(bmc.Address, 17, "chassis", "power", "on");
        Assert.Equal(2, fault.Count);
        Assert.Equal("Chassis Power is on", (await Ipmitool.RunAsync(bmc.Address, 17, "chassis", "power", "status")).Trim());
    }

    [Fact]
    public async Task Drop_OfWhatLeadsToALogin_LetsNobodyIn()
    {
        await using var bmc = new IpmiBmc();
        bmc.Faults.Add(new FaultRule { Kind = FaultKind.Drop, Ipmi = "0x06 *" });
        await Ipmitool.FailAsync(bmc.Address, 17, IpmiBmc.UserName, IpmiBmc.Password, "-N", "1", "-R", "1", "chassis", "power", "status");
        Assert.Empty(bmc.Front.Sessions.Active);
    }

    [Fact]
    public async Task Stale_ShowsTheOldPowerUntilItIsRemoved()
    {
        await using var bmc = new IpmiBmc();
        var fault = bmc.Faults.Add(new FaultRule { Kind = FaultKind.Stale, Ipmi = ChassisStatus });
        Assert.Equal("Chassis Power is off", (await Ipmitool.RunAsync(bmc.Address, 17, "chassis", "power", "status")).Trim());
        await Ipmitool.RunAsync(bmc.Address, 17, "chassis", "power", "on");
        Assert.Equal("Chassis Power is off", (await Ipmitool.RunAsync(bmc.Address, 17, "chassis", "power", "status")).Trim());
        Assert.True(bmc.Faults.Remove(fault.Id));
        Assert.Equal("Chassis Power is on", (await Ipmitool.RunAsync(bmc.Address, 17, "chassis", "power", "status")).Trim());
    }

    [Fact]
    public async Task PasswordReset_LocksOutWhoHadTheOldOne()
    {
        await using var bmc = new IpmiBmc();
        bmc.Faults.Add(new FaultRule { Kind = FaultKind.PasswordReset, Password = "factory default", Ipmi = GetDeviceId, CountMax = 1 });
        await RunningProcess.RunAsync(Ipmitool.Command(bmc.Address, 17, IpmiBmc.UserName, IpmiBmc.Password, "mc", "info"), Token);
        await Ipmitool.FailAsync(bmc.Address, 17, IpmiBmc.UserName, IpmiBmc.Password, "mc", "info");
        await RunningProcess.RunAsync(Ipmitool.Command(bmc.Address, 17, IpmiBmc.UserName, "factory default", "mc", "info"), Token);
    }

    [Fact]
    public async Task ControlPort_SetsAFaultOfIpmi_AndRedfishGoesOn()
    {
        await using var bmc = await SimulatedBmc.StartAsync(withControl: true, withIpmi: true);
        using var control = new HttpClient { BaseAddress = bmc.ControlAddress };
        using var made = await control.PostAsync("/faults", SimulatedBmc.Content("""{"Kind":"Status","Ipmi":"0x00 *","Machine":"mach*"}"""), Token);
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        var said = await Ipmitool.FailAsync(bmc.Ipmi, 17, SimulatedBmc.UserName, SimulatedBmc.Password, "raw", "0", "1");
        Assert.Contains("rsp=0xc0", said, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await bmc.Client.GetAsync(SimulatedBmc.System, Token)).StatusCode);
    }

    [Theory]
    [InlineData("""{"Kind":"Drop","Ipmi":"0x07 0x01"}""")]
    [InlineData("""{"Kind":"Drop","Ipmi":"0x40 0x01"}""")]
    [InlineData("""{"Kind":"Drop","Ipmi":"0x06"}""")]
    [InlineData("""{"Kind":"Drop","Ipmi":"0x06 0x100"}""")]
    [InlineData("""{"Kind":"Drop","Ipmi":"app id"}""")]
    [InlineData("""{"Kind":"Drop","Ipmi":"*","Method":"GET"}""")]
    [InlineData("""{"Kind":"Drop","Ipmi":"*","Path":"/redfish"}""")]
    [InlineData("""{"Kind":"Status","Ipmi":"*","Completion":"0x00"}""")]
    [InlineData("""{"Kind":"Status","Ipmi":"*","Completion":"busy"}""")]
    public void Rule_ThatCannotBe_IsRefusedAlsoInAFile(string rule)
    {
        using var directory = new TestDirectory();
        File.WriteAllText(directory["faults.json"], $"[{rule}]");
        Assert.Throws<InvalidDataException>(() => FaultFile.Read(directory["faults.json"]));
    }

    [Theory]
    [InlineData("*", 0x2c, 0xff, true)]
    [InlineData("0x2C *", 0x2c, 0x02, true)]
    [InlineData("44 2", 0x2c, 0x02, true)]
    [InlineData("44 2", 0x2c, 0x01, false)]
    [InlineData("* 0x01", 0x06, 0x01, true)]
    [InlineData("0x00 *", 0x06, 0x01, false)]
    public void Pattern_OfNumbersAndStars_IsForTheCommandsItNames(string pattern, byte netFn, byte command, bool expected) =>
        Assert.Equal(expected, IpmiPattern.Parse(pattern).IsFor(new IpmiRequest(netFn, 0, command, ReadOnlyMemory<byte>.Empty)));
}
