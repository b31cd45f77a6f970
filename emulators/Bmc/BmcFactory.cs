using System.Net;
using Lab.Emulators.Bmc.Accounts;
using Lab.Emulators.Bmc.Console;
using Lab.Emulators.Bmc.Device;
using Lab.Emulators.Bmc.Events;
using Lab.Emulators.Bmc.Machine;
using Lab.Emulators.Bmc.Media;
using Lab.Emulators.Bmc.Redfish;
using Lab.Emulators.Bmc.Redfish.Resources;
using Lab.Emulators.Bmc.Replay;
using Lab.Emulators.Bmc.State;

namespace Lab.Emulators.Bmc;

/// <summary>Puts one BMC together from its options.</summary>
internal static class BmcFactory
{
    private static readonly ResourceTable Own = ResourceMap.Build();

    internal static BmcInstance Create(BmcOptions options, ILoggerFactory loggers, TimeProvider time, Action exit)
    {
        var directory = options.StateDirectory;
        if (directory is not null)
            Directory.CreateDirectory(directory);
        var log = new ConsoleLog(StateFiles.In(directory, "console.ring"));
        var socket = (options.Host as LibvirtHost)?.ConsoleSocket ?? (options.Host as GivenHost)?.ConsoleSocket;
        var console = new SerialConsole(socket, log, loggers.CreateLogger<SerialConsole>());
        var machine = MachineOf(options, log, time);
        var device = new DeviceController(machine, new DeviceStateStore(directory), time, loggers.CreateLogger<DeviceController>());
        var guard = new UrlGuard(options.AllowsLocalUrls);
        IEnumerable<IPAddress> addresses = options.Sideband is null ? [options.Listen.Address] : [options.Listen.Address, options.Sideband.Address];
        return new BmcInstance(directory, machine, time)
        {
            Name = options.Name,
            SerialNumber = options.SerialNumber,
            Profile = options.Profile,
            Device = device,
            Accounts = new AccountStore(directory, options.UserName, options.Password, time),
            Sessions = new SessionStore(time),
            Console = console,
            Table = options.Replay is null ? Own : ReplayTable.Build(options.Replay),
            Guard = guard,
            Media = new MediaStore(machine.ReadsMedia ? directory : null, guard, time),
            Updater = new FirmwareUpdater(device, guard, options.FirmwareApplyTime, time),
            Events = new EventHub(device, new Paths(options.Profile.Ids), guard, time, loggers.CreateLogger<EventHub>()),
            Certificate = new BmcCertificate(directory, options.SerialNumber, addresses, time),
            Exit = options.ExitsOnReset ? exit : null,
        };
    }

    private static IMachine MachineOf(BmcOptions options, ConsoleLog log, TimeProvider time) => options.Host switch
    {
        LibvirtHost host => new LibvirtMachine(host.Uri, host.Domain, time),
        SimulatedHost host => new SimulatedMachine(
            options.Name, options.Profile, host.Times, time, text => log.Append(System.Text.Encoding.ASCII.GetBytes(text))),
        GivenHost host => host.Machine,
        CommandHost host => new CommandMachine(host.Program, options.Name, options.Profile, time),
        var other => throw new ArgumentException($"no machine for {other}", nameof(options)),
    };
}
