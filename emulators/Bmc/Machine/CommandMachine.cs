using System.Diagnostics;
using Lab.Emulators.Bmc.Profiles;

namespace Lab.Emulators.Bmc.Machine;

/// <summary>
/// A machine switched by a program of the user's: <c>program verb name</c> with verb <c>on</c>, <c>off</c>, <c>reset</c>, <c>button</c>,
/// <c>nmi</c> or <c>status</c>, which prints <c>on</c> or <c>off</c>. The boot target of <c>on</c> is in the environment as BOOT_TARGET.
/// Any exit code but 0 is a failure. What the machine is built of is its profile's.
/// </summary>
public sealed class CommandMachine(string program, string name, DeviceProfile profile, TimeProvider time) : IMachine
{
    private const string BootTargetVariable = "BOOT_TARGET";
    private static readonly TimeSpan CommandTime = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(5);
    private readonly MachineHardware hardware = ProfileHardware.Build(name, profile);

    public event Action<MachineSignal>? Signalled;

    public bool ReadsMedia => false;

    public bool IsFixed => true;

    public async Task RunAsync(CancellationToken token)
    {
        // Nobody tells when the machine goes off by itself.
        while (true)
        {
            Signalled?.Invoke(MachineSignal.PowerChanged);
            await Task.Delay(PollInterval, time, token);
        }
    }

    public async Task<MachinePower> ReadPowerAsync(CancellationToken token) => (await RunAsync("status", BootTarget.None, token)).Trim() switch
    {
        "on" => MachinePower.On,
        "off" => MachinePower.Off,
        var other => throw new MachineException($"{program} status {name} printed '{other}' instead of on or off", isTransient: false),
    };

    public Task<MachineInventory> ReadInventoryAsync(CancellationToken token) => Task.FromResult(new MachineInventory(
        SimulatedMachine.UuidOf(name), hardware.Processors.Sum(p => p.Threads), hardware.Memory.Sum(m => m.CapacityMiB)));

    public Task<MachineHardware> ReadHardwareAsync(CancellationToken token) => Task.FromResult(hardware);

    public Task StartAsync(MachineStart start, CancellationToken token) => RunAsync("on", start.Target, token);

    public Task ForceOffAsync(CancellationToken token) => RunAsync("off", BootTarget.None, token);

    public async Task ResetAsync(CancellationToken token)
    {
        await RunAsync("reset", BootTarget.None, token);
        Signalled?.Invoke(MachineSignal.Restarted);
    }

    public Task PressPowerButtonAsync(CancellationToken token) => RunAsync("button", BootTarget.None, token);

    public Task InjectNmiAsync(CancellationToken token) => RunAsync("nmi", BootTarget.None, token);

    public Task<bool> ChangeMediaAsync(string slot, string? file, CancellationToken token) => Task.FromResult(false);

    private async Task<string> RunAsync(string verb, BootTarget target, CancellationToken token)
    {
        using var late = new CancellationTokenSource(CommandTime, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(token, late.Token);
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, [verb, name])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                Environment = { [BootTargetVariable] = target.ToString() },
            })!;
            try
            {
                var error = process.StandardError.ReadToEndAsync(both.Token);
                var output = await process.StandardOutput.ReadToEndAsync(both.Token);
                await process.WaitForExitAsync(both.Token);
                return process.ExitCode == 0
                    ? output
                    : throw new MachineException($"{program} {verb} {name} ended with {process.ExitCode}: {await error}", isTransient: false);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                throw;
            }
        }
        catch (OperationCanceledException e) when (!token.IsCancellationRequested)
        {
            throw new MachineException($"{program} {verb} {name} did not end within {CommandTime.TotalSeconds:0} s", isTransient: true, e);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new MachineException($"{program} cannot be run: {e.Message}", isTransient: false, e);
        }
    }
}
