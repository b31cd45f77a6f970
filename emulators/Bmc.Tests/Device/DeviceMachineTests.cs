using Lab.Emulators.Bmc.Device;
using Lab.Emulators.Bmc.Machine;

namespace Lab.Emulators.Bmc.Tests.Device;

public sealed class DeviceMachineTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly DeviceState Off = new();
    private static readonly DeviceState On = new() { Power = MachinePower.On };

    public static TheoryData<bool, ResetType, MachineAction[], bool> Requests => new()
    {
        { false, ResetType.On, [MachineAction.Start], false },
        { false, ResetType.ForceOn, [MachineAction.Start], false },
        { false, ResetType.PushPowerButton, [MachineAction.Start], false },
        { false, ResetType.PowerCycle, [MachineAction.Start], false },
        { false, ResetType.ForceOff, [], false },
        { false, ResetType.GracefulShutdown, [], false },
        { false, ResetType.ForceRestart, [], true },
        { false, ResetType.GracefulRestart, [], true },
        { false, ResetType.Nmi, [], true },
        { true, ResetType.On, [], false },
        { true, ResetType.ForceOn, [], false },
        { true, ResetType.ForceOff, [MachineAction.ForceOff], false },
        { true, ResetType.ForceRestart, [MachineAction.Reset], false },
        { true, ResetType.PowerCycle, [MachineAction.ForceOff, MachineAction.Start], false },
        { true, ResetType.GracefulShutdown, [MachineAction.PressPowerButton], false },
        { true, ResetType.GracefulRestart, [MachineAction.PressPowerButton], false },
        { true, ResetType.PushPowerButton, [MachineAction.PressPowerButton], false },
        { true, ResetType.Nmi, [MachineAction.Nmi], false },
    };

    [Theory, MemberData(nameof(Requests))]
    public void Request_OnOrOff_LeadsToTheseActions(bool isOn, ResetType type, MachineAction[] actions, bool refused)
    {
        var step = DeviceMachine.Request(isOn ? On : Off, type, Now);
        Assert.Equal(actions, step.Actions);
        Assert.Equal(refused, step.Refused);
        if (refused)
            Assert.Equal(Off, step.State);
    }

    [Fact]
    public void GracefulRestart_GuestGoesOff_StartsAgain()
    {
        var asked = DeviceMachine.Request(On, ResetType.GracefulRestart, Now).State;
        Assert.NotNull(asked.Pending);
        var off = DeviceMachine.Observe(asked, MachinePower.Off, Now);
        Assert.Equal([MachineAction.Start], off.Actions);
        Assert.Null(off.State.Pending);
    }

    [Fact]
    public void GracefulShutdown_GuestGoesOffByItself_StaysOff() =>
        Assert.Empty(DeviceMachine.Observe(DeviceMachine.Request(On, ResetType.GracefulShutdown, Now).State, MachinePower.Off, Now).Actions);

    [Fact]
    public void GracefulRestart_GuestIgnoresItTooLong_DoesNotRestartLater()
    {
        var asked = DeviceMachine.Request(On, ResetType.GracefulRestart, Now).State;
        var later = DeviceMachine.Observe(asked, MachinePower.Off, Now + DeviceMachine.ShutdownTime);
        Assert.Empty(later.Actions);
        Assert.Equal(MachinePower.Off, later.State.Power);
    }

    [Fact]
    public void On_WhileShuttingDown_StartsAgainOnceOff()
    {
        var asked = DeviceMachine.Request(On, ResetType.GracefulShutdown, Now).State;
        var changed = DeviceMachine.Request(asked, ResetType.On, Now).State;
        Assert.Equal([MachineAction.Start], DeviceMachine.Observe(changed, MachinePower.Off, Now).Actions);
    }

    [Fact]
    public void ForceRestart_WithABootOverride_SwitchesOffAndOn()
    {
        var state = On with { Boot = new BootOverride(BootOverrideEnabled.Once, BootTarget.Pxe) };
        Assert.Equal([MachineAction.ForceOff, MachineAction.Start], DeviceMachine.Request(state, ResetType.ForceRestart, Now).Actions);
    }

    [Theory]
    [InlineData(BootOverrideEnabled.Once, BootOverrideEnabled.Disabled)]
    [InlineData(BootOverrideEnabled.Continuous, BootOverrideEnabled.Continuous)]
    public void Started_WithAnOverride_UsesUpOnceOnly(BootOverrideEnabled before, BootOverrideEnabled after) =>
        Assert.Equal(after, DeviceMachine.Started(On with { Boot = new BootOverride(before, BootTarget.Pxe) }).Boot.Enabled);

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public void Observe_HostComesOn_BootstrappingIsEnabledWhereItShallBe(bool enableAfterReset, bool enabled)
    {
        var state = Off with { Bootstrapping = new CredentialBootstrapping(Enabled: false, EnableAfterReset: enableAfterReset) };
        var on = DeviceMachine.Observe(state, MachinePower.On, Now).State;
        Assert.Equal(enabled, on.Bootstrapping.Enabled);
        Assert.Equal(Now, on.LastResetTime);
    }

    [Fact]
    public void ForceSensor_OverAndBack_LogsBothCrossings()
    {
        var sensor = new SensorDefinition
        {
            Number = 3, Id = "T", Name = "T", Kind = SensorKind.Temperature, Context = "CPU", On = 50, Off = 20, Max = 127,
            Thresholds = new SensorThresholds { UpperCaution = 80, UpperCritical = 90 },
        };
        var hot = DeviceMachine.ForceSensor(Off, sensor, 95, Now);
        var back = DeviceMachine.ForceSensor(hot, sensor, null, Now);
        Assert.Equal(
            [(EventSeverity.Critical, 0x09, false), (EventSeverity.OK, 0x09, true)],
            back.EventLog.Entries.Select(entry => (entry.Event.Severity, (int)entry.Event.Data1, entry.Event.IsDeassertion)));
        Assert.All(back.EventLog.Entries, entry => Assert.Equal((0x01, 3), ((int)entry.Event.SensorType, (int)entry.Event.SensorNumber)));
        Assert.Equal(hot.EventLog, DeviceMachine.ForceSensor(hot, sensor, 96, Now).EventLog);
    }
}
