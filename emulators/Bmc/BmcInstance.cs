using Lab.Emulators.Bmc.Accounts;
using Lab.Emulators.Bmc.Console;
using Lab.Emulators.Bmc.Device;
using Lab.Emulators.Bmc.Machine;
using Lab.Emulators.Bmc.Profiles;
using Lab.Emulators.Bmc.State;

namespace Lab.Emulators.Bmc;

/// <summary>One BMC: its device state and everything its fronts (Redfish, IPMI) show of it.</summary>
public sealed class BmcInstance : IDisposable
{
    private readonly StateFile<BmcIdentity> identityFile;
    private readonly IMachine machine;

    /// <param name="directory">Existing directory of this BMC's own files.</param>
    public BmcInstance(
        string directory, string name, string serialNumber, DeviceProfile profile, IMachine machine, DeviceController device, AccountStore accounts,
        SessionStore sessions, SerialConsole console, TimeProvider time)
    {
        this.machine = machine;
        identityFile = new StateFile<BmcIdentity>(Path.Combine(directory, "identity.json"), StateJson.Default.BmcIdentity);
        Identity = identityFile.Load() ?? new BmcIdentity { ServiceUuid = Guid.NewGuid() };
        identityFile.Save(Identity);
        (Name, SerialNumber, Profile, Device, Accounts, Sessions, Console, Time) =
            (name, serialNumber, profile, device, accounts, sessions, console, time);
    }

    public string Name { get; }
    public string SerialNumber { get; }
    public DeviceProfile Profile { get; }
    public DeviceController Device { get; }
    public AccountStore Accounts { get; }
    public SessionStore Sessions { get; }
    public SerialConsole Console { get; }
    public TimeProvider Time { get; }
    public BmcIdentity Identity { get; private set; }

    /// <summary>What the machine has; the last known when it cannot be asked, null when it never could.</summary>
    public async Task<MachineInventory?> ReadInventoryAsync(CancellationToken token)
    {
        if (Identity.Inventory is { } known)
            return known;
        try
        {
            Identity = Identity with { Inventory = await machine.ReadInventoryAsync(token) };
            identityFile.Save(Identity);
        }
        catch (MachineException)
        {
            // Asked again with the next request.
        }
        return Identity.Inventory;
    }

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
