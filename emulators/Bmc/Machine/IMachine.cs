namespace Lab.Emulators.Bmc.Machine;

public enum MachinePower { Off, On }

/// <summary>What firmware starts from, as Redfish's BootSource names it.</summary>
public enum BootTarget { None, Pxe, Hdd, Cd, Usb, UefiHttp, BiosSetup, UefiBootNext }

/// <summary>What can be read of the machine without its guest.</summary>
public sealed record MachineInventory(Guid Uuid, int Vcpus, int MemoryMiB);

/// <summary>The machine's own doing, not asked for by the BMC.</summary>
public enum MachineSignal
{
    /// <summary>Its power may have changed: read it.</summary>
    PowerChanged,

    /// <summary>Its guest, or the reset button, restarted it.</summary>
    Restarted,
}

/// <summary>
/// The power side of one machine, behind the BMC. Every call is idempotent: what already is so is no error.
/// Calls throw <see cref="MachineException"/>.
/// </summary>
public interface IMachine
{
    /// <summary>Raised on any thread; handlers return at once.</summary>
    event Action<MachineSignal>? Signalled;

    /// <summary>Runs the machine's own connections until <paramref name="token"/> ends it.</summary>
    Task RunAsync(CancellationToken token);
    Task<MachinePower> ReadPowerAsync(CancellationToken token);
    Task<MachineInventory> ReadInventoryAsync(CancellationToken token);

    /// <param name="target">Where to start from; <see cref="BootTarget.None"/> is the machine's own order.</param>
    Task StartAsync(BootTarget target, CancellationToken token);
    Task ForceOffAsync(CancellationToken token);
    Task ResetAsync(CancellationToken token);

    /// <summary>Asks the guest by ACPI; it may ignore that.</summary>
    Task PressPowerButtonAsync(CancellationToken token);
    Task InjectNmiAsync(CancellationToken token);

    /// <summary>A break on the host's serial line. A machine whose line knows none does nothing.</summary>
    Task SendBreakAsync(CancellationToken token) => Task.CompletedTask;
}

/// <param name="isTransient">The machine cannot be reached now; the same request may succeed later.</param>
public sealed class MachineException(string message, bool isTransient, Exception? inner = null) : Exception(message, inner)
{
    public bool IsTransient => isTransient;
}
