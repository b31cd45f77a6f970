using System.Net;
using System.Text;
using Lab.Emulators.Bmc.Ipmi.Commands;
using Lab.Emulators.Bmc.Ipmi.Lan;
using Lab.Emulators.Bmc.Ipmi.Sessions;
using Lab.Protocols.Ipmi;
using Lab.Protocols.Ipmi.Lan;
using Microsoft.Extensions.Time.Testing;

namespace Lab.Emulators.Bmc.Tests.Ipmi.Testbed;

/// <summary>A LAN channel without socket, clock and chance: time is moved by hand, random numbers are seeded.</summary>
internal sealed class LanRig : IIpmiLogins, IPayloadFront
{
    internal const byte ProbeNetFn = 0x30;
    internal const byte ProbeCommand = 0x01;
    internal static readonly IPEndPoint Here = new(IPAddress.Loopback, 50000);

    private readonly Dictionary<string, int> failures = [];
    private readonly List<byte[]> sent = [];
    private readonly LanFront front;

    internal LanRig()
    {
        var random = new Random(7);
        Sessions = new SessionTable(Time, random.NextBytes);
        var commands = new CommandTable(
        [
            .. new SessionCommands(Sessions).Commands,
            new IpmiCommand(ProbeNetFn, ProbeCommand, IpmiPrivilege.User, 0, 0, async (_, _) =>
            {
                Probes++;
                await (ProbeHold?.Task ?? Task.CompletedTask);
                return IpmiResponse.Done;
            }),
        ]);
        var handshake = new LoginHandshake(Sessions, this, new AddressBackOff(Time), () => Guid.Empty, Time, random.NextBytes);
        front = new LanFront(commands, Sessions, handshake, this, this, (datagram, _) =>
        {
            sent.Add(datagram.ToArray());
            return default;
        }, () => IsAway);
    }

    internal bool IsAway { get; set; }

    internal FakeTimeProvider Time { get; } = new();
    internal SessionTable Sessions { get; }

    /// <summary>Users who may log in, their passwords and limits.</summary>
    internal Dictionary<string, (string Password, IpmiPrivilege Limit)> Users { get; } = new()
    {
        ["root"] = ("swordfish", IpmiPrivilege.Administrator),
        ["guest"] = ("welcome!", IpmiPrivilege.User),
    };

    /// <summary>How often the probe command ran.</summary>
    internal int Probes { get; private set; }

    /// <summary>Held while a probe shall take long.</summary>
    internal TaskCompletionSource? ProbeHold { get; set; }

    /// <summary>What the BMC sends back to one datagram; empty for silence.</summary>
    internal byte[] Exchange(byte[] datagram, IPEndPoint? from = null) => ExchangeAll(datagram, from).SingleOrDefault() ?? [];

    internal IReadOnlyList<byte[]> ExchangeAll(byte[] datagram, IPEndPoint? from = null)
    {
        sent.Clear();
        // Held probes answer later; all else has answered by now.
        _ = front.TakeAsync(datagram, from ?? Here, CancellationToken.None).AsTask();
        return [.. sent];
    }

    /// <summary>What was sent since the last datagram, such as a late answer.</summary>
    internal IReadOnlyList<byte[]> SentSince => [.. sent];

    /// <summary>Goes through a login as far as it comes.</summary>
    internal LanConsole LogIn(
        string userName = "root", string? password = null, CipherSuite? suite = null, IpmiPrivilege privilege = IpmiPrivilege.Administrator,
        uint sessionId = 0xa0a2a3a4, IPEndPoint? from = null)
    {
        var console = new LanConsole(suite ?? CipherSuite.Suite17, userName, password ?? Users[userName].Password, sessionId);
        var opened = Exchange(console.OpenSession(privilege), from);
        if (opened.Length == 0 || console.Rakp1(opened, privilege) is not { } rakp1 || console.LastStatus != RmcpPlusStatus.NoErrors)
            return console;
        var rakp3 = console.Rakp3(Exchange(rakp1, from));
        if (rakp3.Length > 0)
            console.Finish(Exchange(rakp3, from));
        return console;
    }

    public IpmiUser? Find(string name) => Users.TryGetValue(name, out var user) && failures.GetValueOrDefault(name) < 5
        ? new IpmiUser(IdOf(name), name, Encoding.ASCII.GetBytes(user.Password), user.Limit)
        : null;

    public IpmiUser? Find(int id) => Users.Keys.FirstOrDefault(name => IdOf(name) == id) is { } name ? Find(name) : null;

    public bool MayStay(LanSession session) => Users.TryGetValue(session.UserName, out var user) && user.Limit >= session.Limit;

    public void Record(string name, bool succeeded) => failures[name] = succeeded ? 0 : failures.GetValueOrDefault(name) + 1;

    public bool TryTake(LanSession session, PayloadType type, ReadOnlySpan<byte> payload) => false;

    private static int IdOf(string name) => name == "root" ? 2 : 3;
}
