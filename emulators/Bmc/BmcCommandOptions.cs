using System.CommandLine;
using System.Net;
using Lab.Emulators.Bmc.Faults;
using Lab.Emulators.Bmc.Machine;
using Lab.Emulators.Bmc.Profiles;
using Lab.Emulators.Bmc.Replay;

namespace Lab.Emulators.Bmc;

/// <summary>The options of the command line, and what they say.</summary>
internal sealed class BmcCommandOptions
{
    private const string DefaultLibvirt = "qemu:///system";
    private const string LibvirtPrefix = "libvirt:";
    private const string CommandPrefix = "command:";
    private const string Simulated = "simulated";

    private readonly Option<string?> host = new("--host")
    {
        Description = "what is switched: libvirt:<domain>, simulated, or command:<program> (called with on, off, reset, button, nmi or status, and the name)",
    };

    private readonly Option<string> libvirt = new("--libvirt") { Description = "libvirt URI of the daemon that runs the host", DefaultValueFactory = _ => DefaultLibvirt };
    private readonly Option<string?> domain = new("--domain") { Description = "the same as --host libvirt:<domain>" };
    private readonly Option<string?> name = new("--name") { Description = "name of the machine (default: the domain's, else machine)" };
    private readonly Option<string?> serial = new("--serial-number") { Description = "serial number (default: the name)" };
    private readonly Option<string> profile = new("--profile") { Description = "machine profile: one of those built in, or a JSON file", DefaultValueFactory = _ => ProfileCatalog.Generic };
    private readonly Option<string> redfish = new("--redfish", "--listen") { Description = "address:port of the Redfish service", Required = true };
    private readonly Option<bool> http = new("--http") { Description = "Redfish over HTTP instead of HTTPS" };
    private readonly Option<string?> sideband = new("--sideband") { Description = "address:port of the same service for the DPU alone" };
    private readonly Option<string?> lan = new("--ipmi") { Description = "address:port of IPMI 2.0 over LAN (UDP, lanplus)" };
    private readonly Option<string?> ipmi = new("--ipmi-socket") { Description = "Unix socket of the IPMI system interface" };
    private readonly Option<string?> console = new("--console-socket") { Description = "Unix socket the host's serial port connects to" };
    private readonly Option<string?> state = new("--state-dir") { Description = "directory of the BMC's own files (default: nothing is kept over a restart; images need it)" };
    private readonly Option<int> count = new("--count") { Description = "machines in this process; ports count up", DefaultValueFactory = _ => 1 };
    private readonly Option<bool> own = new("--own-address") { Description = "with --count: addresses count up instead of ports" };
    private readonly Option<string?> dpu = new("--dpu") { Description = "profile of a second BMC for each machine's DPU, on the port after the host's" };
    private readonly Option<double> post = new("--post-seconds") { Description = "time a simulated machine takes to its operating system", DefaultValueFactory = _ => 5 };
    private readonly Option<bool> local = new("--allow-local-urls") { Description = "images and event destinations may be on loopback and link-local addresses" };

    private readonly Option<string?> replay = new("--replay") { Description = "tar.gz of JSON files: the recorded resources of a real BMC, shown instead of the machine's" };
    private readonly Option<string?> control = new("--control") { Description = "address:port where faults are set and sensors forced, without login" };
    private readonly Option<string?> faults = new("--faults") { Description = "JSON file of faults that act from the start" };

    internal IEnumerable<Option> All =>
        [host, libvirt, domain, name, serial, profile, redfish, http, sideband, lan, ipmi, console, state, count, own, dpu, post, local, replay, control, faults];

    /// <exception cref="ArgumentException">An option says nothing that can be.</exception>
    /// <exception cref="InvalidDataException">The file cannot be read.</exception>
    internal FaultOptions ReadFaults(ParseResult parsed) => new()
    {
        Rules = parsed.GetValue(faults) is { } file ? FaultFile.Read(file) : [],
        Control = EndPoint("--control", parsed.GetValue(control)),
    };

    /// <exception cref="ArgumentException">An option says nothing that can be.</exception>
    /// <exception cref="InvalidDataException">A profile cannot be read.</exception>
    internal IReadOnlyList<BmcOptions> Read(ParseResult parsed, string user, string password)
    {
        var machine = HostOf(parsed);
        var called = parsed.GetValue(name) ?? (machine as LibvirtHost)?.Domain ?? "machine";
        var directory = parsed.GetValue(state) is { } path ? Path.GetFullPath(path) : null;
        if (machine is LibvirtHost && directory is null && parsed.GetValue(domain) is not null)
            throw new ArgumentException("--domain needs --state-dir");
        var first = new BmcOptions
        {
            Host = machine,
            Name = called,
            SerialNumber = parsed.GetValue(serial) ?? called,
            Profile = ProfileCatalog.Load(parsed.GetValue(profile)!),
            Listen = EndPoint("--redfish", parsed.GetValue(redfish))!,
            IsPlain = parsed.GetValue(http),
            Replay = parsed.GetValue(replay) is { } tree ? RecordedTree.Read(tree) : null,
            Sideband = EndPoint("--sideband", parsed.GetValue(sideband)),
            Ipmi = EndPoint("--ipmi", parsed.GetValue(lan)),
            IpmiSocket = parsed.GetValue(ipmi) is { } socket ? Path.GetFullPath(socket) : null,
            StateDirectory = directory,
            UserName = user,
            Password = password,
            AllowsLocalUrls = parsed.GetValue(local),
            // A testbed's supervisor starts it again.
            ExitsOnReset = parsed.GetValue(domain) is not null,
        };
        var machines = parsed.GetValue(count);
        if (machines is < 1 or > FleetPlan.CountMax)
            throw new ArgumentException($"--count is 1 to {FleetPlan.CountMax}");
        if (machines > 1 && machine is LibvirtHost)
            throw new ArgumentException("--count is for simulated machines and commands: a libvirt domain is one");
        var second = parsed.GetValue(dpu) is { } card ? ProfileCatalog.Load(card) : null;
        return new FleetPlan(machines, parsed.GetValue(own) ? FleetSpread.Addresses : FleetSpread.Ports, second).Apply(first);
    }

    private HostOptions HostOf(ParseResult parsed)
    {
        var socket = parsed.GetValue(console) is { } path ? Path.GetFullPath(path) : null;
        var text = parsed.GetValue(host) ?? (parsed.GetValue(domain) is { } old ? LibvirtPrefix + old : null);
        if (text == Simulated || (text is null && parsed.GetValue(replay) is not null))
            return new SimulatedHost(new SimulatedTimes { Post = TimeSpan.FromSeconds(parsed.GetValue(post)) });
        if (text?.StartsWith(LibvirtPrefix, StringComparison.Ordinal) == true)
            return new LibvirtHost(parsed.GetValue(libvirt)!, text[LibvirtPrefix.Length..], socket);
        if (text?.StartsWith(CommandPrefix, StringComparison.Ordinal) == true)
            return new CommandHost(text[CommandPrefix.Length..]);
        throw new ArgumentException($"--host is {LibvirtPrefix}<domain>, {Simulated} or {CommandPrefix}<program>");
    }

    private static IPEndPoint? EndPoint(string option, string? text)
    {
        if (text is null)
            return null;
        return IPEndPoint.TryParse(text, out var address) ? address : throw new ArgumentException($"{option} must be address:port");
    }
}
