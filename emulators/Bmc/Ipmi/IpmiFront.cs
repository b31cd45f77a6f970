using System.Net;
using Lab.Emulators.Bmc.Faults;
using Lab.Emulators.Bmc.Ipmi.Commands;
using Lab.Emulators.Bmc.Ipmi.Lan;
using Lab.Emulators.Bmc.Ipmi.Sensors;
using Lab.Emulators.Bmc.Ipmi.Sessions;
using Lab.Emulators.Bmc.Ipmi.Settings;
using Lab.Emulators.Bmc.Ipmi.Sol;
using Lab.Emulators.Bmc.Ipmi.SystemInterface;

namespace Lab.Emulators.Bmc.Ipmi;

/// <summary>Where one machine's IPMI listens.</summary>
/// <param name="Lan">UDP endpoint of the LAN channel; null for none.</param>
/// <param name="SystemInterfaceSocket">Unix socket of the system interface; null for none.</param>
internal sealed record IpmiEndpoints(IPEndPoint? Lan, string? SystemInterfaceSocket);

/// <summary>IPMI of one machine: one table of commands over the BMC, LAN channel and system interface as two transports of it.</summary>
internal sealed class IpmiFront : IDisposable
{
    private readonly BmcInstance bmc;
    private readonly LanServer? lan;
    private readonly LanFront? lanFront;
    private readonly SolFront sol;
    private readonly SystemInterfaceServer? systemInterface;

    /// <param name="directory">Existing directory of this BMC's own files; null keeps nothing over a restart.</param>
    /// <exception cref="System.Net.Sockets.SocketException">The LAN channel's address cannot be had.</exception>
    public IpmiFront(
        BmcInstance bmc, string? directory, IpmiEndpoints endpoints, FillRandom fillRandom, FaultSet faults, ILoggerFactory loggers)
    {
        this.bmc = bmc;
        var settings = new IpmiSettingsStore(directory);
        var sessions = Sessions = new SessionTable(bmc.Time, fillRandom);
        var logins = new AccountLogins(bmc.Accounts, settings);
        var sensors = new SensorTable(bmc.Profile.Sensors, bmc.Profile.Bmc.Model);
        var clock = new BmcClock(bmc.Time, settings);
        lan = endpoints.Lan is null ? null : new LanServer(endpoints.Lan, loggers.CreateLogger<LanServer>());
        bmc.IpmiPort = lan?.Address.Port;
        SendDatagram send = lan is null ? (_, _) => default : lan.SendAsync;
        sol = new SolFront(bmc, settings, sessions, send);
        var address = lan?.Address ?? new IPEndPoint(IPAddress.Any, 0);
        Commands = new CommandTable(
        [
            .. new AppCommands(bmc, sessions).Commands,
            .. new SessionCommands(sessions).Commands,
            .. new ChannelCommands(sessions, settings).Commands,
            .. new UserCommands(bmc.Accounts, settings).Commands,
            .. new PayloadCommands(sol, settings, address.Port).Commands,
            .. new WatchdogCommands(bmc).Commands,
            .. new MessagingCommands().Commands,
            .. new SystemInfoCommands(bmc, settings).Commands,
            .. new ChassisCommands(bmc).Commands,
            .. new BootOptionCommands(bmc, settings).Commands,
            .. new SensorCommands(bmc, sensors).Commands,
            .. new SdrCommands(sensors, clock).Commands,
            .. new SelCommands(bmc, settings, clock).Commands,
            .. new FruCommands(bmc).Commands,
            .. new LanConfigCommands(bmc, settings, address).Commands,
            .. new SolConfigCommands(bmc, settings, address.Port).Commands,
            .. new BootstrapCommands(bmc).Commands,
        ]);
        var handshake = new LoginHandshake(
            sessions, logins, new AddressBackOff(bmc.Time), () => AppCommands.SystemGuid(bmc), bmc.Time, fillRandom);
        var answers = new FaultyCommands(faults, bmc, Commands);
        lanFront = lan is null ? null : new LanFront(answers, sessions, handshake, logins, sol, send, () => bmc.IsAway);
        systemInterface = endpoints.SystemInterfaceSocket is { } socket
            ? new SystemInterfaceServer(socket, answers, loggers.CreateLogger<SystemInterfaceServer>())
            : null;
    }

    /// <summary>Where the LAN channel listens; null for nowhere.</summary>
    public IPEndPoint? LanAddress => lan?.Address;

    internal CommandTable Commands { get; }

    internal SessionTable Sessions { get; }

    // The system's GUID is part of every login, so it is asked for before the first comes.
    public Task RunAsync(CancellationToken token) => Task.WhenAll(
        bmc.ReadInventoryAsync(token).AsTask(),
        lan?.RunAsync(lanFront!, token) ?? Task.CompletedTask,
        systemInterface?.RunAsync(token) ?? Task.CompletedTask);

    /// <summary>Ends serial over LAN, of which its console is told while the socket is there.</summary>
    public Task CloseConsolesAsync() => sol.DisposeAsync().AsTask();

    public void Dispose() => lan?.Dispose();
}
