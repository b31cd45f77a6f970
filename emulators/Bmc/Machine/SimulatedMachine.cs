using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Lab.Emulators.Bmc.Profiles;

namespace Lab.Emulators.Bmc.Machine;

/// <summary>How long a simulated machine takes for what a real one does.</summary>
public sealed record SimulatedTimes
{
    /// <summary>From power to the operating system.</summary>
    public TimeSpan Post { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>From the power button to off, once the operating system runs. Before that nobody hears the button.</summary>
    public TimeSpan Shutdown { get; init; } = TimeSpan.FromSeconds(2);
}

/// <summary>A machine without a VM: it has what its profile says, takes its time, and says on its serial port what it does.</summary>
/// <param name="name">UUID, serial numbers and MAC addresses follow from it.</param>
/// <param name="print">Its serial port.</param>
public sealed class SimulatedMachine(string name, DeviceProfile profile, SimulatedTimes times, TimeProvider time, Action<string> print) : IMachine
{
    private readonly Lock gate = new();
    private readonly MachineHardware hardware = ProfileHardware.Build(name, profile);
    private bool isOn;

    /// <summary>Counts starts and resets, so that what a timer of an earlier one wanted is not done.</summary>
    private int run;
    private bool isBooted;

    public event Action<MachineSignal>? Signalled;

    public bool ReadsMedia => false;

    public bool IsFixed => true;

    /// <summary>The machine is between power and operating system.</summary>
    public bool IsInPost
    {
        get
        {
            lock (gate)
                return isOn && !isBooted;
        }
    }

    public Task RunAsync(CancellationToken token) => Task.Delay(Timeout.InfiniteTimeSpan, time, token);

    public Task<MachinePower> ReadPowerAsync(CancellationToken token)
    {
        lock (gate)
            return Task.FromResult(isOn ? MachinePower.On : MachinePower.Off);
    }

    public Task<MachineInventory> ReadInventoryAsync(CancellationToken token) => Task.FromResult(new MachineInventory(
        UuidOf(name), hardware.Processors.Sum(p => p.Threads), hardware.Memory.Sum(m => m.CapacityMiB)));

    public Task<MachineHardware> ReadHardwareAsync(CancellationToken token) => Task.FromResult(hardware);

    public Task StartAsync(MachineStart start, CancellationToken token)
    {
        lock (gate)
        {
            if (isOn)
                return Task.CompletedTask;
            isOn = true;
            var source = start.Target == BootTarget.UefiBootNext ? start.Next : start.Target == BootTarget.None ? "the first boot option" : start.Target.ToString();
            Boot(string.Create(CultureInfo.InvariantCulture, $"starting from {source}"));
        }
        return Task.CompletedTask;
    }

    public Task ForceOffAsync(CancellationToken token)
    {
        lock (gate)
            SwitchOff();
        return Task.CompletedTask;
    }

    public Task ResetAsync(CancellationToken token)
    {
        lock (gate)
        {
            if (!isOn)
                return Task.CompletedTask;
            Boot("reset");
        }
        Signalled?.Invoke(MachineSignal.Restarted);
        return Task.CompletedTask;
    }

    public Task PressPowerButtonAsync(CancellationToken token)
    {
        lock (gate)
            if (isOn && isBooted)
            {
                print("shutting down\r\n");
                After(times.Shutdown, SwitchOff);
            }
        return Task.CompletedTask;
    }

    public Task InjectNmiAsync(CancellationToken token)
    {
        print("NMI received\r\n");
        return Task.CompletedTask;
    }

    public Task<bool> ChangeMediaAsync(string slot, string? file, CancellationToken token) => Task.FromResult(true);

    /// <summary>Version 5 (RFC 9562 §5.5), by which clients of IPMI tell the order of a UUID's bytes.</summary>
    internal static Guid UuidOf(string name)
    {
        var bytes = SHA256.HashData(Encoding.UTF8.GetBytes("machine " + name)).AsSpan(0, 16);
        bytes[6] = (byte)(0x50 | (bytes[6] & 0x0f));
        bytes[8] = (byte)(0x80 | (bytes[8] & 0x3f));
        return new Guid(bytes, bigEndian: true);
    }

    private void Boot(string why)
    {
        isBooted = false;
        run++;
        print($"{profile.Manufacturer} {profile.Model}: {why}\r\n");
        After(times.Post, () =>
        {
            isBooted = true;
            print($"{name} login: ");
        });
    }

    private void SwitchOff()
    {
        if (!isOn)
            return;
        (isOn, isBooted) = (false, false);
        run++;
        print("\r\npower off\r\n");
        Signalled?.Invoke(MachineSignal.PowerChanged);
    }

    private void After(TimeSpan wait, Action act)
    {
        var started = run;
        _ = LaterAsync();

        async Task LaterAsync()
        {
            await Task.Delay(wait, time, CancellationToken.None);
            lock (gate)
                if (run == started)
                    act();
        }
    }
}
