using Lab.Emulators.Bmc.Machine;

namespace Lab.Emulators.Bmc.Tests.Ipmi.Testbed;

/// <summary>A machine that does at once what it is told, and notes it.</summary>
internal sealed class ObedientMachine : IMachine
{
    private readonly Lock gate = new();
    private readonly List<string> done = [];
    private MachinePower power;

    public event Action<MachineSignal>? Signalled;

    internal Guid Uuid { get; } = new("01234567-89ab-4def-8123-456789abcdef");

    /// <summary>Thrown by a start; null for none.</summary>
    internal MachineException? StartFailure { get; set; }

    internal IReadOnlyList<string> Done
    {
        get
        {
            lock (gate)
                return [.. done];
        }
    }

    public Task RunAsync(CancellationToken token) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);

    public Task<MachinePower> ReadPowerAsync(CancellationToken token) => Task.FromResult(power);

    public Task<MachineInventory> ReadInventoryAsync(CancellationToken token) => Task.FromResult(new MachineInventory(Uuid, 4, 8192));

    public bool ReadsMedia => false;

    public bool IsFixed => true;

    public Task<MachineHardware> ReadHardwareAsync(CancellationToken token) => Task.FromResult(new MachineHardware());

    public async Task StartAsync(MachineStart start, CancellationToken token)
    {
        if (StartFailure is { } failure)
            throw failure;
        await Note($"start {start.Target}", MachinePower.On);
    }

    public Task ForceOffAsync(CancellationToken token) => Note("off", MachinePower.Off);

    public Task ResetAsync(CancellationToken token) => Note("reset", power);

    public Task PressPowerButtonAsync(CancellationToken token)
    {
        var noted = Note("button", MachinePower.Off);
        Signalled?.Invoke(MachineSignal.PowerChanged);
        return noted;
    }

    public Task InjectNmiAsync(CancellationToken token) => Note("nmi", power);

    public Task SendBreakAsync(CancellationToken token) => Note("break", power);

    public Task<bool> ChangeMediaAsync(string slot, string? file, CancellationToken token) => Task.FromResult(false);

    private Task Note(string what, MachinePower after)
    {
        lock (gate)
        {
            done.Add(what);
            power = after;
        }
        return Task.CompletedTask;
    }
}
