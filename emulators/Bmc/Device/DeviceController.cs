using System.Threading.Channels;
using Lab.Emulators.Bmc.Machine;
using Microsoft.Extensions.Logging;

namespace Lab.Emulators.Bmc.Device;

/// <summary>Runs <see cref="DeviceMachine"/> on a machine: one change at a time, every state stored before it is shown.</summary>
public sealed partial class DeviceController(IMachine machine, DeviceStateStore store, TimeProvider time, ILogger<DeviceController> log)
    : IDisposable
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim changing = new(1, 1);
    private readonly Channel<MachineSignal> signals = Channel.CreateUnbounded<MachineSignal>();
    private volatile DeviceState current = store.Load();
    private volatile TaskCompletionSource deadlineChanged = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The state before and after every change; handlers return at once.</summary>
    public event Action<DeviceState, DeviceState>? Changed;

    public DeviceState State => DeviceMachine.Expire(current, time.GetUtcNow());

    /// <summary>Follows the machine until <paramref name="token"/> ends it.</summary>
    public async Task RunAsync(CancellationToken token)
    {
        machine.Signalled += OnSignal;
        try
        {
            await Task.WhenAll(machine.RunAsync(token), FollowAsync(token), TickAsync(token));
        }
        finally
        {
            machine.Signalled -= OnSignal;
        }
    }

    /// <returns>False when the request makes no sense while the host is off.</returns>
    /// <exception cref="MachineException">It could not be done.</exception>
    public async Task<bool> ResetAsync(ResetType type, CancellationToken token, RestartCause cause = RestartCause.ManagementCommand)
    {
        await changing.WaitAsync(token);
        try
        {
            await RefreshAsync(token);
            var step = DeviceMachine.Request(current, type, time.GetUtcNow(), cause);
            if (step.Refused)
                return false;
            LogReset(type);
            await ApplyAsync(step, token);
            return true;
        }
        finally
        {
            changing.Release();
        }
    }

    /// <summary>Puts media into a slot, or takes them out; a running host that has the drive sees it at once.</summary>
    /// <exception cref="MachineException">It could not be done.</exception>
    public async Task ChangeMediaAsync(string slot, InsertedMedia? media, CancellationToken token)
    {
        await changing.WaitAsync(token);
        try
        {
            var changed = current.Power == MachinePower.On && await machine.ChangeMediaAsync(slot, media?.File, token);
            var slots = media is null ? current.Media.Remove(slot) : current.Media.SetItem(slot, media);
            Set(current with { Media = slots, MediaAtHost = changed ? slots : current.MediaAtHost });
        }
        finally
        {
            changing.Release();
        }
    }

    /// <summary>Changes settings that need nothing of the machine.</summary>
    public async Task ConfigureAsync(Func<DeviceState, DeviceState> change, CancellationToken token)
    {
        await changing.WaitAsync(token);
        try
        {
            Set(change(current));
        }
        finally
        {
            changing.Release();
        }
    }

    public void Dispose() => changing.Dispose();

    private void OnSignal(MachineSignal signal) => signals.Writer.TryWrite(signal);

    private async Task FollowAsync(CancellationToken token)
    {
        await foreach (var signal in signals.Reader.ReadAllAsync(token))
            while (!await TryFollowAsync(signal, token))
                await Task.Delay(RetryInterval, time, token);
    }

    private async Task<bool> TryFollowAsync(MachineSignal signal, CancellationToken token)
    {
        await changing.WaitAsync(token);
        try
        {
            if (signal == MachineSignal.Restarted)
                Set(DeviceMachine.ObserveRestart(current, time.GetUtcNow()));
            await RefreshAsync(token);
            return true;
        }
        catch (MachineException e)
        {
            LogUnreachable(e.Message);
            return false;
        }
        finally
        {
            changing.Release();
        }
    }

    private async Task TickAsync(CancellationToken token)
    {
        while (true)
        {
            var changed = deadlineChanged.Task;
            var wait = DeviceMachine.NextDeadline(current) is { } deadline ? Positive(deadline - time.GetUtcNow()) : Timeout.InfiniteTimeSpan;
            using (var rest = CancellationTokenSource.CreateLinkedTokenSource(token))
            {
                await Task.WhenAny(changed, Task.Delay(wait, time, rest.Token));
                await rest.CancelAsync();
            }
            token.ThrowIfCancellationRequested();
            await TryTickAsync(token);
        }
    }

    private async Task TryTickAsync(CancellationToken token)
    {
        await changing.WaitAsync(token);
        try
        {
            await ApplyAsync(DeviceMachine.Tick(current, time.GetUtcNow()), token);
        }
        catch (MachineException e)
        {
            // The watchdog has run out all the same; what it should have done to the machine is lost with the machine.
            LogUnreachable(e.Message);
        }
        finally
        {
            changing.Release();
        }
    }

    private static TimeSpan Positive(TimeSpan wait) => wait > TimeSpan.Zero ? wait : TimeSpan.Zero;

    // Reading, not the event, says how things are: events may come late or in the middle of a later request.
    private async Task RefreshAsync(CancellationToken token)
    {
        var before = current.Power;
        var step = DeviceMachine.Observe(current, await machine.ReadPowerAsync(token), time.GetUtcNow());
        if (step.State.Power != before)
            LogPower(step.State.Power);
        await ApplyAsync(step, token);
    }

    private async Task ApplyAsync(DeviceStep step, CancellationToken token)
    {
        Set(step.State);
        foreach (var action in step.Actions)
        {
            await DoAsync(action, token);
            if (action == MachineAction.Start)
                Set(DeviceMachine.Started(current));
            if (action is MachineAction.Start or MachineAction.ForceOff)
                Set(DeviceMachine.Observe(current, await machine.ReadPowerAsync(token), time.GetUtcNow()).State);
        }
    }

    private Task DoAsync(MachineAction action, CancellationToken token) => action switch
    {
        MachineAction.Start => machine.StartAsync(StartOf(current), token),
        MachineAction.ForceOff => machine.ForceOffAsync(token),
        MachineAction.Reset => machine.ResetAsync(token),
        MachineAction.PressPowerButton => machine.PressPowerButtonAsync(token),
        MachineAction.Nmi => machine.InjectNmiAsync(token),
        _ => throw new ArgumentOutOfRangeException(nameof(action), action, null),
    };

    private static MachineStart StartOf(DeviceState state) => new(
        state.Boot.Effective,
        state.Boot.Next,
        state.BootOrder,
        [.. state.Media.Select(slot => new StartMedia(slot.Key, slot.Value.File, slot.Value.IsCd))]);

    private void Set(DeviceState state)
    {
        if (state == current)
            return;
        var before = current;
        store.Save(state);
        current = state;
        if (DeviceMachine.NextDeadline(state) != DeviceMachine.NextDeadline(before))
            Interlocked.Exchange(ref deadlineChanged, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
        Changed?.Invoke(before, state);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "reset {Type}")]
    private partial void LogReset(ResetType type);

    [LoggerMessage(Level = LogLevel.Information, Message = "host power is {Power}")]
    private partial void LogPower(MachinePower power);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the machine cannot be read: {Reason}")]
    private partial void LogUnreachable(string reason);
}
