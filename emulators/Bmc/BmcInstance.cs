using Lab.Emulators.Bmc.Accounts;
using Lab.Emulators.Bmc.Console;
using Lab.Emulators.Bmc.Device;
using Lab.Emulators.Bmc.Events;
using Lab.Emulators.Bmc.Machine;
using Lab.Emulators.Bmc.Media;
using Lab.Emulators.Bmc.Profiles;
using Lab.Emulators.Bmc.Redfish;
using Lab.Emulators.Bmc.State;

namespace Lab.Emulators.Bmc;

/// <summary>One BMC: its device state and everything its fronts (Redfish, IPMI) show of it.</summary>
internal sealed class BmcInstance : IDisposable
{
    private readonly StateFile<BmcIdentity> identityFile;
    /// <summary>Devices come and go with hot-plug; many resources are read together.</summary>
    private static readonly TimeSpan HardwareAgeMax = TimeSpan.FromMilliseconds(250);

    /// <summary>A machine that cannot be asked for so long is shown as it was last known.</summary>
    private static readonly TimeSpan HardwareTimeMax = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan RestartTime = TimeSpan.FromSeconds(3);

    private readonly IMachine machine;
    private volatile ReadHardware? hardware;
    private DateTimeOffset awayUntil;

    /// <param name="directory">Existing directory of this BMC's own files; null keeps nothing over a restart.</param>
    internal BmcInstance(string? directory, IMachine machine, TimeProvider time)
    {
        (this.machine, Time) = (machine, time);
        identityFile = new StateFile<BmcIdentity>(StateFiles.In(directory, "identity.json"), StateJson.Default.BmcIdentity);
        Identity = identityFile.Load() ?? new BmcIdentity { ServiceUuid = Guid.NewGuid() };
        identityFile.Save(Identity);
    }

    public required string Name { get; init; }
    public required string SerialNumber { get; init; }

    public required DeviceProfile Profile
    {
        get;
        init
        {
            field = value;
            Paths = new Paths(value.Ids);
        }
    }

    public required DeviceController Device { get; init; }
    public required AccountStore Accounts { get; init; }
    public required SessionStore Sessions { get; init; }
    public required SerialConsole Console { get; init; }
    public TimeProvider Time { get; }
    public Paths Paths { get; private init; } = null!;
    public BmcIdentity Identity { get; private set; }

    /// <summary>UDP port of IPMI over LAN, set once it listens; null without it.</summary>
    internal int? IpmiPort { get; set; }

    /// <summary>What its Redfish service shows.</summary>
    internal required ResourceTable Table { get; init; }
    internal required UrlGuard Guard { get; init; }
    internal required MediaStore Media { get; init; }
    internal required FirmwareUpdater Updater { get; init; }
    internal required EventHub Events { get; init; }
    internal required BmcCertificate Certificate { get; init; }

    /// <summary>Ends the process; null for a BMC that is only away for a while when it is reset.</summary>
    internal required Action? Exit { get; init; }
    internal RenderedResources Rendered { get; } = new();

    /// <summary>The machine reads images of virtual media, so they are fetched for it.</summary>
    internal bool FetchesMedia => machine.ReadsMedia;

    /// <summary>Its resources change with the device state alone.</summary>
    internal bool HasFixedHardware => machine.IsFixed;

    /// <summary>The host is between power and operating system, as far as that is known.</summary>
    internal bool IsInPost => machine is SimulatedMachine { IsInPost: true };

    /// <summary>What the machine has; the last known when it cannot be asked, null when it never could.</summary>
    public async ValueTask<MachineInventory?> ReadInventoryAsync(CancellationToken token)
    {
        if (Identity.Inventory is { } known)
            return known;
        try
        {
            Identity = Identity with { Inventory = await machine.ReadInventoryAsync(token) };
            identityFile.Save(Identity);
            Rendered.Clear();
        }
        catch (MachineException)
        {
            // Asked again with the next request.
        }
        return Identity.Inventory;
    }

    /// <summary>What is in the machine, as it was not long ago; the last known when it cannot be asked now.</summary>
    public async ValueTask<MachineHardware> ReadHardwareAsync(CancellationToken token)
    {
        var known = hardware;
        if (known is not null && (machine.IsFixed || Time.GetElapsedTime(known.ReadAt) < HardwareAgeMax))
            return known.Hardware;
        using var late = new CancellationTokenSource(HardwareTimeMax, Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(token, late.Token);
        try
        {
            hardware = known = new ReadHardware(await machine.ReadHardwareAsync(both.Token), Time.GetTimestamp());
            return known.Hardware;
        }
        catch (Exception e) when (e is MachineException || (e is OperationCanceledException && !token.IsCancellationRequested))
        {
            return known?.Hardware ?? new MachineHardware();
        }
    }

    /// <summary>The BMC is being restarted and hears nobody.</summary>
    internal bool IsAway => Time.GetUtcNow() < awayUntil;

    /// <summary>What a restart of the BMC forgets: sessions, and bootstrap accounts (DSP0270 §10.3).</summary>
    internal Task BeginRestartAsync(CancellationToken token)
    {
        Accounts.DeleteAllBootstrap();
        Sessions.DeleteAll();
        return Device.ConfigureAsync(state => DeviceMachine.ManagerRestarted(state, Time.GetUtcNow()), token);
    }

    /// <summary>Ends the process, or stays away for <see cref="RestartTime"/>.</summary>
    internal void Restart()
    {
        if (Exit is null)
            awayUntil = Time.GetUtcNow() + RestartTime;
        else
            Exit();
    }

    /// <summary>Follows the machine, holds the serial line and brings events until <paramref name="token"/> ends it.</summary>
    internal Task RunAsync(CancellationToken token) => Task.WhenAll(Device.RunAsync(token), Console.RunAsync(token), Events.RunAsync(token));

    private sealed record ReadHardware(MachineHardware Hardware, long ReadAt);

    /// <summary>A break on the host's serial line; nothing when the machine cannot be reached.</summary>
    public async Task SendBreakAsync(CancellationToken token)
    {
        try
        {
            await machine.SendBreakAsync(token);
        }
        catch (MachineException)
        {
            // A line that is not there loses its breaks.
        }
    }

    public void Dispose()
    {
        Device.Dispose();
        Console.Log.Dispose();
    }
}
