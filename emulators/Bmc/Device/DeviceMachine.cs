using System.Collections.Immutable;
using System.Globalization;
using Lab.Emulators.Bmc.Machine;

namespace Lab.Emulators.Bmc.Device;

/// <summary>What a request or an observation leads to.</summary>
/// <param name="Refused">The request makes no sense while the host is off.</param>
public sealed record DeviceStep(DeviceState State, IReadOnlyList<MachineAction> Actions, bool Refused = false);

/// <summary>
/// The state machine of one BMC: takes requests and observations and says the next state and what to do to the machine. No clock,
/// no I/O.
/// </summary>
public static class DeviceMachine
{
    /// <summary>A guest that has not gone off after this has ignored the power button.</summary>
    public static readonly TimeSpan ShutdownTime = TimeSpan.FromMinutes(5);

    /// <summary>Finished tasks that are kept; the oldest goes first.</summary>
    public const int FinishedTasksMax = 20;

    public static DeviceStep Request(
        DeviceState state, ResetType type, DateTimeOffset now, RestartCause cause = RestartCause.ManagementCommand)
    {
        state = Expire(state, now);
        var step = Decide(state, type, now);
        if (step.Actions.Contains(MachineAction.Start))
            return step with { State = step.State with { LastResetCause = cause } };
        return step.Actions.Contains(MachineAction.Reset)
            ? step with { State = step.State with { LastResetCause = cause, IsRestartExpected = true } }
            : step;
    }

    private static DeviceStep Decide(DeviceState state, ResetType type, DateTimeOffset now)
    {
        var isOn = state.Power == MachinePower.On;
        return type switch
        {
            ResetType.On or ResetType.ForceOn when isOn => state.Pending is null
                ? Step(state)
                : Step(state with { Pending = state.Pending with { ThenStart = true } }),
            ResetType.On or ResetType.ForceOn or ResetType.PowerCycle when !isOn => Step(state, MachineAction.Start),
            ResetType.PushPowerButton when !isOn => Step(state, MachineAction.Start),
            ResetType.ForceOff or ResetType.GracefulShutdown when !isOn => Step(state),
            _ when !isOn => new DeviceStep(state, [], Refused: true),
            ResetType.ForceOff => Step(state with { Pending = null }, MachineAction.ForceOff),
            ResetType.GracefulShutdown or ResetType.PushPowerButton => Shutdown(state, thenStart: false, now),
            ResetType.GracefulRestart => Shutdown(state, thenStart: true, now),
            ResetType.PowerCycle => Step(state with { Pending = null }, MachineAction.ForceOff, MachineAction.Start),
            // Boot order and drives are fixed when the machine is switched on, so what differs from them needs that.
            ResetType.ForceRestart => state.Boot.Effective == BootTarget.None && state.Media.SequenceEqual(state.MediaAtHost)
                ? Step(state with { Pending = null }, MachineAction.Reset)
                : Step(state with { Pending = null }, MachineAction.ForceOff, MachineAction.Start),
            ResetType.Nmi => Step(state, MachineAction.Nmi),
            _ => throw new ArgumentOutOfRangeException(nameof(type), type, null),
        };
    }

    /// <summary>The machine's power was read.</summary>
    public static DeviceStep Observe(DeviceState state, MachinePower power, DateTimeOffset now)
    {
        state = Expire(state, now);
        if (power == state.Power)
            return Step(state);
        var changed = state with { Power = power, Pending = null, PowerChangedTime = now };
        if (power == MachinePower.On)
            return Step(AfterReset(Logged(changed, SelEvents.PoweredOn, now), now));
        var off = Logged(changed with { Watchdog = changed.Watchdog with { ExpiresAt = null } }, SelEvents.PoweredOff, now);
        return state.Pending is { ThenStart: true } ? Step(off, MachineAction.Start) : Step(off);
    }

    /// <summary>The machine was restarted without going off.</summary>
    public static DeviceState ObserveRestart(DeviceState state, DateTimeOffset now) =>
        AfterReset(
            Logged(
                state with
                {
                    LastResetCause = state.IsRestartExpected ? state.LastResetCause : RestartCause.OperatingSystemSoftRestart,
                    IsRestartExpected = false,
                },
                SelEvents.Restarted,
                now),
            now);

    /// <summary>What time alone does: see <see cref="NextDeadline"/>.</summary>
    public static DeviceStep Tick(DeviceState state, DateTimeOffset now)
    {
        state = FinishTasks(Expire(state, now), now);
        if (state.Watchdog is not { ExpiresAt: { } end } watchdog || now < end)
            return Step(state);
        state = state with { Watchdog = watchdog with { ExpiresAt = null, Expired = (byte)(watchdog.Expired | (1 << (int)watchdog.Use)) } };
        if (watchdog.LogsExpiry)
            state = Logged(state, SelEvents.WatchdogExpired(watchdog.Use, watchdog.Action), now);
        if (watchdog.Action == WatchdogAction.None || state.Power == MachinePower.Off)
            return Step(state);
        var type = watchdog.Action switch
        {
            WatchdogAction.HardReset => ResetType.ForceRestart,
            WatchdogAction.PowerDown => ResetType.ForceOff,
            _ => ResetType.PowerCycle,
        };
        return Request(state, type, now, RestartCause.WatchdogExpiration);
    }

    /// <summary>When <see cref="Tick"/> has something to do; null for never.</summary>
    public static DateTimeOffset? NextDeadline(DeviceState state) =>
        state.Tasks.Where(task => task.State == DeviceTaskState.Running).Select(task => (DateTimeOffset?)task.Ends)
            .Concat([state.Pending?.GivenUpAt, state.Boot.ExpiresAt, state.Indicator.Until, state.Watchdog.ExpiresAt])
            .Min();

    /// <summary>An update begins; it ends by itself.</summary>
    public static DeviceState Begin(DeviceState state, string name, IEnumerable<KeyValuePair<string, FirmwareActivation>> firmware, string version, TimeSpan duration, DateTimeOffset now)
    {
        var id = state.LastTaskId + 1;
        var task = new DeviceTask(
            id.ToString(CultureInfo.InvariantCulture), name, now, now + duration, firmware.ToImmutableDictionary(), version, DeviceTaskState.Running);
        var finished = state.Tasks.Count(t => t.State != DeviceTaskState.Running);
        return state with { LastTaskId = id, Tasks = (finished >= FinishedTasksMax ? WithoutOldest(state.Tasks) : state.Tasks).Add(task) };
    }

    /// <summary>The machine was started with the override of <paramref name="state"/>, which Once uses up.</summary>
    public static DeviceState Started(DeviceState state)
    {
        state = state with { MediaAtHost = state.Media };
        return state.Boot.Enabled == BootOverrideEnabled.Once ? state with { Boot = new BootOverride(Mode: state.Boot.Mode) } : state;
    }

    /// <summary>Drops what has run out. Nothing is done to the machine for it.</summary>
    public static DeviceState Expire(DeviceState state, DateTimeOffset now)
    {
        if (state.Pending is { } pending && now >= pending.GivenUpAt)
            state = state with { Pending = null };
        if (now >= state.Boot.ExpiresAt)
            state = state with { Boot = new BootOverride(Mode: state.Boot.Mode) };
        if (now >= state.Indicator.Until)
            state = state with { Indicator = new Indicator() };
        return state;
    }

    /// <summary>A test or scenario forces a reading, or gives it back by null; what that crosses is logged.</summary>
    public static DeviceState ForceSensor(DeviceState state, SensorDefinition sensor, double? reading, DateTimeOffset now)
    {
        var before = SensorModel.Read(sensor, state, now);
        var overrides = reading is { } forced ? state.SensorOverrides.SetItem(sensor.Id, forced) : state.SensorOverrides.Remove(sensor.Id);
        state = state with { SensorOverrides = overrides };
        var after = SensorModel.Read(sensor, state, now);
        if (after.Level == before.Level)
            return state;
        if (before.Level != SensorLevel.Normal)
            state = Logged(state, SelEvents.ThresholdCrossed(sensor, after.Value ?? 0, before.Level, isDeassertion: true), now);
        return after.Level == SensorLevel.Normal
            ? state
            : Logged(state, SelEvents.ThresholdCrossed(sensor, after.Value ?? 0, after.Level, isDeassertion: false), now);
    }

    /// <summary>The event is in the log.</summary>
    public static DeviceState Logged(DeviceState state, SelEvent added, DateTimeOffset now) =>
        state with { EventLog = state.EventLog.Add(added, now) };

    /// <summary>The BMC itself was restarted.</summary>
    public static DeviceState ManagerRestarted(DeviceState state, DateTimeOffset now) => state with
    {
        Manager = state.Manager with { LastResetTime = now },
        Firmware = state.Firmware.Activate(FirmwareActivation.Manager),
        Bootstrapping = Rearmed(state.Bootstrapping),
    };

    private static CredentialBootstrapping Rearmed(CredentialBootstrapping bootstrapping) =>
        bootstrapping with { Enabled = bootstrapping.Enabled || bootstrapping.EnableAfterReset };

    private static ImmutableList<DeviceTask> WithoutOldest(ImmutableList<DeviceTask> tasks) =>
        tasks.Remove(tasks.First(task => task.State != DeviceTaskState.Running));

    private static DeviceState FinishTasks(DeviceState state, DateTimeOffset now)
    {
        foreach (var task in state.Tasks.Where(task => task.State == DeviceTaskState.Running && now >= task.Ends))
        {
            var firmware = task.Firmware.Aggregate(state.Firmware, (all, id) => all.Apply(id.Key, task.Version, id.Value));
            state = state with { Firmware = firmware, Tasks = state.Tasks.Replace(task, task with { State = DeviceTaskState.Completed }) };
        }
        return state;
    }

    private static DeviceState AfterReset(DeviceState state, DateTimeOffset now) => state with
    {
        LastResetTime = now,
        Bios = state.Bios.Started(now),
        SecureBoot = state.SecureBoot.Started(),
        Firmware = state.Firmware.Activate(FirmwareActivation.System),
        Bootstrapping = Rearmed(state.Bootstrapping),
    };

    private static DeviceStep Shutdown(DeviceState state, bool thenStart, DateTimeOffset now) =>
        Step(state with { Pending = new PendingShutdown(thenStart, now + ShutdownTime) }, MachineAction.PressPowerButton);

    private static DeviceStep Step(DeviceState state, params MachineAction[] actions) => new(state, actions);
}
