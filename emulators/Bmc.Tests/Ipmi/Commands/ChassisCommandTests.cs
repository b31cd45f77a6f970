using Lab.Emulators.Bmc.Device;
using Lab.Emulators.Bmc.Ipmi.Commands;
using Lab.Emulators.Bmc.Machine;
using Lab.Emulators.Bmc.Tests.Ipmi.Testbed;
using Lab.Emulators.Host.Tests.Testbed;
using Lab.Protocols.Ipmi;
using Microsoft.Extensions.Time.Testing;

namespace Lab.Emulators.Bmc.Tests.Ipmi.Commands;

/// <summary>Power and boot options as the device sees them.</summary>
public sealed class ChassisCommandTests
{
    private const byte Control = 0x02;
    private const byte SetBootOption = 0x08;
    private const byte GetBootOption = 0x09;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Control_EveryAction_ReachesTheMachine()
    {
        await using var bmc = new IpmiBmc(time);
        foreach (var action in new byte[] { 0, 1, 2, 3, 4, 5 })
            await bmc.ReadAsync(IpmiNetFn.Chassis, Control, action);
        Assert.Equal(["start None", "off", "start None", "reset", "nmi", "button"], bmc.Machine.Done);
    }

    [Theory]
    [InlineData(true, IpmiCompletion.NodeBusy)]
    [InlineData(false, IpmiCompletion.Unspecified)]
    public async Task Control_MachineFails_IsToldByItsCode(bool isTransient, byte completion)
    {
        await using var bmc = new IpmiBmc(time);
        bmc.Machine.StartFailure = new MachineException("no such domain", isTransient);
        Assert.Equal(completion, (await bmc.AskAsync(IpmiNetFn.Chassis, Control, 1)).Completion);
        bmc.Machine.StartFailure = null;
        await bmc.ReadAsync(IpmiNetFn.Chassis, Control, 1);
        Assert.Equal(["start None"], bmc.Machine.Done);
    }

    [Theory]
    [InlineData(0x80, 0x04, BootOverrideEnabled.Once, BootTarget.Pxe, BootMode.Legacy)]
    [InlineData(0xa0, 0x04, BootOverrideEnabled.Once, BootTarget.Pxe, BootMode.Uefi)]
    [InlineData(0xe0, 0x08, BootOverrideEnabled.Continuous, BootTarget.Hdd, BootMode.Uefi)]
    [InlineData(0xc0, 0x14, BootOverrideEnabled.Continuous, BootTarget.Cd, BootMode.Legacy)]
    [InlineData(0xa0, 0x18, BootOverrideEnabled.Once, BootTarget.BiosSetup, BootMode.Uefi)]
    [InlineData(0x80, 0x3c, BootOverrideEnabled.Once, BootTarget.Usb, BootMode.Legacy)]
    [InlineData(0x80, 0x24, BootOverrideEnabled.Once, BootTarget.Usb, BootMode.Legacy)]
    [InlineData(0x00, 0x00, BootOverrideEnabled.Disabled, BootTarget.None, BootMode.Legacy)]
    public async Task BootFlags_Written_AreTheDevicesOverrideAndReadBack(
        int first, int second, BootOverrideEnabled enabled, BootTarget target, BootMode mode)
    {
        await using var bmc = new IpmiBmc(time);
        await bmc.ReadAsync(IpmiNetFn.Chassis, SetBootOption, 5, (byte)first, (byte)second, 0, 0, 0);
        var boot = bmc.Device.State.Boot;
        Assert.Equal((enabled, target, mode), (boot.Enabled, boot.Target, boot.Mode));
        Assert.Equal([1, 5, (byte)first, (byte)second, 0, 0, 0], await bmc.ReadAsync(IpmiNetFn.Chassis, GetBootOption, 5, 0, 0));
    }

    [Fact]
    public async Task BootFlags_OfAnotherFront_AreToldByIpmi()
    {
        await using var bmc = new IpmiBmc(time);
        await bmc.Device.ConfigureAsync(
            state => state with { Boot = new BootOverride(BootOverrideEnabled.Continuous, BootTarget.Cd, BootMode.Uefi) }, Token);
        Assert.Equal([1, 5, 0xe0, 0x14, 0, 0, 0], await bmc.ReadAsync(IpmiNetFn.Chassis, GetBootOption, 5, 0, 0));
    }

    [Fact]
    public async Task BootFlags_WithoutAChassisControl_RunOutAfterAMinute()
    {
        await using var bmc = new IpmiBmc(time);
        await bmc.ReadAsync(IpmiNetFn.Chassis, SetBootOption, 5, 0xa0, 0x04, 0, 0, 0);
        time.Advance(BootFlags.ValidTime - TimeSpan.FromSeconds(1));
        Assert.Equal(BootOverrideEnabled.Once, bmc.Device.State.Boot.Enabled);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(BootOverrideEnabled.Disabled, bmc.Device.State.Boot.Enabled);
        await bmc.ReadAsync(IpmiNetFn.Chassis, Control, 1);
        Assert.Equal(["start None"], bmc.Machine.Done);
    }

    [Fact]
    public async Task BootFlags_WithAChassisControlInTime_AreUsedOnce()
    {
        await using var bmc = new IpmiBmc(time);
        await bmc.ReadAsync(IpmiNetFn.Chassis, SetBootOption, 5, 0xa0, 0x04, 0, 0, 0);
        time.Advance(TimeSpan.FromSeconds(59));
        await bmc.ReadAsync(IpmiNetFn.Chassis, Control, 1);
        Assert.Equal(["start Pxe"], bmc.Machine.Done);
        Assert.Equal([1, 5, 0x20, 0, 0, 0, 0], await bmc.ReadAsync(IpmiNetFn.Chassis, GetBootOption, 5, 0, 0));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task BootFlags_KeptByParameter3OrPersistent_DoNotRunOut(bool byParameter)
    {
        await using var bmc = new IpmiBmc(time);
        if (byParameter)
            await bmc.ReadAsync(IpmiNetFn.Chassis, SetBootOption, 3, 0x08);
        await bmc.ReadAsync(IpmiNetFn.Chassis, SetBootOption, 5, byParameter ? (byte)0xa0 : (byte)0xe0, 0x04, 0, 0, 0);
        time.Advance(TimeSpan.FromHours(1));
        Assert.NotEqual(BootOverrideEnabled.Disabled, bmc.Device.State.Boot.Enabled);
    }

    [Fact]
    public async Task SetInProgress_Held_RefusesAnotherAndIsFreedInTime()
    {
        await using var bmc = new IpmiBmc(time);
        await bmc.ReadAsync(IpmiNetFn.Chassis, SetBootOption, 0, 1);
        Assert.Equal(IpmiCompletion.SetInProgress, (await bmc.AskAsync(IpmiNetFn.Chassis, SetBootOption, 0, 1)).Completion);
        Assert.Equal([1, 0, 1], await bmc.ReadAsync(IpmiNetFn.Chassis, GetBootOption, 0, 0, 0));
        await bmc.ReadAsync(IpmiNetFn.Chassis, SetBootOption, 0, 2);
        await bmc.ReadAsync(IpmiNetFn.Chassis, SetBootOption, 0, 0);
        await bmc.ReadAsync(IpmiNetFn.Chassis, SetBootOption, 0, 1);
        time.Advance(SetInProgress.HoldTime);
        await bmc.ReadAsync(IpmiNetFn.Chassis, SetBootOption, 0, 1);
    }

    [Fact]
    public async Task Acknowledge_ByMask_ChangesTheNamedBits()
    {
        await using var bmc = new IpmiBmc(time);
        await bmc.ReadAsync(IpmiNetFn.Chassis, SetBootOption, 4, 0x1f, 0x1f);
        await bmc.ReadAsync(IpmiNetFn.Chassis, SetBootOption, 4, 0x01, 0x00);
        Assert.Equal([1, 4, 0, 0x1e], await bmc.ReadAsync(IpmiNetFn.Chassis, GetBootOption, 4, 0, 0));
    }

    [Fact]
    public async Task Parameter_Locked_IsMarkedAndKeepsItsValue()
    {
        await using var bmc = new IpmiBmc(time);
        await bmc.ReadAsync(IpmiNetFn.Chassis, SetBootOption, 3, 0x08);
        await bmc.ReadAsync(IpmiNetFn.Chassis, SetBootOption, 0x83);
        Assert.Equal([1, 0x83, 0x08], await bmc.ReadAsync(IpmiNetFn.Chassis, GetBootOption, 3, 0, 0));
        await bmc.ReadAsync(IpmiNetFn.Chassis, SetBootOption, 3);
        Assert.Equal([1, 3, 0x08], await bmc.ReadAsync(IpmiNetFn.Chassis, GetBootOption, 3, 0, 0));
    }

    [Fact]
    public async Task Identify_ForAWhile_GoesOutByItself()
    {
        await using var bmc = new IpmiBmc(time);
        await bmc.ReadAsync(IpmiNetFn.Chassis, 0x04);
        Assert.Equal(0x50, (await bmc.ReadAsync(IpmiNetFn.Chassis, 0x01))[2]);
        time.Advance(TimeSpan.FromSeconds(15));
        Assert.Equal(0x40, (await bmc.ReadAsync(IpmiNetFn.Chassis, 0x01))[2]);
        await bmc.ReadAsync(IpmiNetFn.Chassis, 0x04, 0, 1);
        time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(0x60, (await bmc.ReadAsync(IpmiNetFn.Chassis, 0x01))[2]);
    }

    [Theory]
    [InlineData(1, "reset")]
    [InlineData(2, "off")]
    [InlineData(3, "off start None")]
    public async Task Watchdog_RunsOut_ActsOnTheHostAndSaysSo(int action, string done)
    {
        await using var bmc = new IpmiBmc(time);
        await bmc.ReadAsync(IpmiNetFn.Chassis, Control, 1);
        await bmc.ReadAsync(IpmiNetFn.App, 0x24, 0x04, (byte)action, 0, 0, 50, 0);
        Assert.Equal([0x04, (byte)action, 0, 0, 50, 0, 50, 0], await bmc.ReadAsync(IpmiNetFn.App, 0x25));
        await bmc.ReadAsync(IpmiNetFn.App, 0x22);
        time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal([0x44, (byte)action, 0, 0, 50, 0, 10, 0], await bmc.ReadAsync(IpmiNetFn.App, 0x25));
        await bmc.ReadAsync(IpmiNetFn.App, 0x22);
        time.Advance(TimeSpan.FromSeconds(4));
        Assert.Single(bmc.Machine.Done);
        time.Advance(TimeSpan.FromSeconds(1));
        await Eventually.HoldsAsync(
            "the watchdog acted", Limit, () => string.Join(' ', bmc.Machine.Done.Skip(1)) == done, Token);
        await Eventually.HoldsAsync(
            "its expiration is told", Limit, async () => (await bmc.ReadAsync(IpmiNetFn.App, 0x25))[3] == 0x10, Token);
        Assert.Contains(bmc.Device.State.EventLog.Entries, entry => entry.Event.SensorType == 0x23);
        // Software clears the flag with the next Set.
        await bmc.ReadAsync(IpmiNetFn.App, 0x24, 0x04, 0, 0, 0x10, 50, 0);
        Assert.Equal(0, (await bmc.ReadAsync(IpmiNetFn.App, 0x25))[3]);
    }
}
