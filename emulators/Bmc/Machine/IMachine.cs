namespace Lab.Emulators.Bmc.Machine;

public enum MachinePower { Off, On }

/// <summary>What firmware starts from, as Redfish's BootSource names it.</summary>
public enum BootTarget { None, Pxe, Hdd, Cd, Usb, UefiHttp, BiosSetup, UefiBootNext }

/// <summary>What can be read of the machine without its guest.</summary>
public sealed record MachineInventory(Guid Uuid, int Vcpus, int MemoryMiB);

/// <summary>How a machine is to be started.</summary>
/// <param name="Target">Where to start from; <see cref="BootTarget.None"/> is the machine's own order.</param>
/// <param name="Next">For <see cref="BootTarget.UefiBootNext"/>: <see cref="BootDevice.Reference"/>.</param>
/// <param name="Order">References of boot devices in the order wanted; those not named come after.</param>
/// <param name="Media">Files that are in its drives for virtual media, by slot; true for a CD.</param>
public sealed record MachineStart(
    BootTarget Target, string? Next, IReadOnlyList<string> Order, IReadOnlyList<StartMedia> Media)
{
    public static MachineStart Plain { get; } = new(BootTarget.None, null, [], []);
}

/// <param name="File">Null in a machine that does not read it.</param>
public sealed record StartMedia(string Slot, string? File, bool IsCd);

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

    /// <summary>It reads the files of <see cref="MachineStart.Media"/>, so they must be fetched.</summary>
    bool ReadsMedia { get; }

    /// <summary>Its hardware never changes.</summary>
    bool IsFixed { get; }

    /// <summary>Runs the machine's own connections until <paramref name="token"/> ends it.</summary>
    Task RunAsync(CancellationToken token);
    Task<MachinePower> ReadPowerAsync(CancellationToken token);
    Task<MachineInventory> ReadInventoryAsync(CancellationToken token);

    /// <summary>What is in it now; hot-plugged devices come and go.</summary>
    Task<MachineHardware> ReadHardwareAsync(CancellationToken token);

    Task StartAsync(MachineStart start, CancellationToken token);
    Task ForceOffAsync(CancellationToken token);
    Task ResetAsync(CancellationToken token);

    /// <summary>Asks the guest by ACPI; it may ignore that.</summary>
    Task PressPowerButtonAsync(CancellationToken token);
    Task InjectNmiAsync(CancellationToken token);

    /// <summary>Changes what is in a drive that the running machine was started with.</summary>
    /// <param name="file">Null empties it.</param>
    /// <returns>False when the running machine has no such drive: it is there at its next start.</returns>
    Task<bool> ChangeMediaAsync(string slot, string? file, CancellationToken token);

    /// <summary>A break on the host's serial line. A machine whose line knows none does nothing.</summary>
    Task SendBreakAsync(CancellationToken token) => Task.CompletedTask;
}

/// <param name="isTransient">The machine cannot be reached now; the same request may succeed later.</param>
public sealed class MachineException(string message, bool isTransient, Exception? inner = null) : Exception(message, inner)
{
    public bool IsTransient => isTransient;
}
