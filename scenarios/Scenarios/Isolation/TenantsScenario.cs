using Lab.Contracts.Runs;
using Lab.Harness.Measuring;
using Lab.Scenarios.Fixtures;

namespace Lab.Scenarios.Isolation;

/// <summary>
/// Two tenants with the same subnet and addresses never hear each other, and a host reaches nothing of what carries it. The control is
/// the same probe between two hosts of one tenant, and each sniffer hears its own side's traffic.
/// </summary>
public sealed class TenantsScenario(LabFixture lab) : Scenario(lab)
{
    private const string Cidr = "192.168.40.0/24";
    private const string AddressA = "192.168.40.11";
    private const string AddressB = "192.168.40.12";
    private static readonly TimeSpan ProbeLimit = TimeSpan.FromSeconds(60);

    [Fact, Trait("suite", "nightly")]
    public Task Tenants_SameSubnet_NeverHearEachOther() => RunAsync("tenants-same-subnet", "isolation", async () =>
    {
        await using (var friends = await MachinePair.OfOneTenantAsync(Lab, "friends", Cidr, AddressA, AddressB, Token))
            await PingAsync(friends, "one tenant", answered: true);
        await using (var strangers = await MachinePair.OfTwoTenantsAsync(Lab, "strangers", Cidr, AddressA, AddressB, Token))
            await PingAsync(strangers, "two tenants", answered: false);
        // The very same address twice: each must keep its own.
        await using var twins = await MachinePair.OfTwoTenantsAsync(Lab, "twins", Cidr, AddressA, AddressA, Token);
        await AnnounceAsync(twins);
    });

    [Fact, Trait("suite", "nightly")]
    public Task Host_ReachesNothingOfTheCloud() => RunAsync("host-reaches-nothing", "isolation", async () =>
    {
        await using var pair = await MachinePair.OfOneTenantAsync(Lab, "reach", Cidr, AddressA, AddressB, Token);
        var index = Testbed.Nodes.Select(n => n.Name).ToList().IndexOf(pair.A.Node);
        var addresses = Harness.Launch.AddressPlan.Node(index);
        // Where a frame of the host would have to pass to reach any of it.
        await using var management = await CaptureAsync(pair.A, "mgmt0", "host-to-management");
        var nic = $"$(lab-nic {pair.PortOfA.MacAddress})";
        await ReachAsync(pair, "peer", AddressB, nic, expected: true);
        foreach (var (what, address) in new (string, System.Net.IPAddress)[]
        {
            ("manager", Harness.Launch.AddressPlan.Manager), ("storage target", Harness.Launch.AddressPlan.Storage),
            ("bmc", addresses.Bmc), ("bmc sideband", addresses.SidebandBmc), ("soc", addresses.Management),
            ("soc sideband", addresses.SidebandSoc), ("tunnel endpoint", addresses.Tunnel),
        })
            await ReachAsync(pair, what, address.ToString(), nic, expected: false);
        var frames = await management.CountAsync($"ether src {pair.PortOfA.MacAddress}", Token);
        Observe(new Check
        {
            Name = "frames of the host on the management network",
            From = "host",
            To = "management network",
            Expected = "0 frames",
            Observed = $"{frames} frames",
            Passed = frames == 0,
            Evidence = Path.GetRelativePath(Lab.Run.Directory, management.File),
        });
    });

    private async Task ReachAsync(MachinePair pair, string what, string address, string nic, bool expected)
    {
        // On-link, so that the host asks for the address by ARP itself instead of needing a router.
        var route = expected ? "" : $"ip route replace {address}/32 dev {nic}; ";
        var result = await pair.A.Shell.TryRunAsync($"{route}ping -c 2 -i 0.2 -W 1 {address} >/tmp/ping; cat /tmp/ping", Token, ProbeLimit);
        var answered = result.Output.Contains("bytes from", StringComparison.Ordinal);
        Observe(new Check
        {
            Name = $"ping from host to {what}",
            From = "host",
            To = what,
            Expected = expected ? "answered" : "blocked",
            Observed = answered ? "answered" : "blocked",
            Passed = answered == expected,
            Control = expected,
        });
    }

    private async Task<PacketCapture> CaptureAsync(Machine machine, string device, string name) => await PacketCapture.StartAsync(
        $"/proc/{await Testbed.Soc(machine.Node).ProcessIdAsync(Token)}/ns/net", device, Path.Combine(Lab.Run.CapturesDirectory, name + ".pcap"), Token);

    private async Task PingAsync(MachinePair pair, string who, bool answered)
    {
        await using var uplink = await CaptureAsync(pair.A, "p0", who.Replace(' ', '-'));
        var heard = await GuestSniffer.CountAsync(
            pair.B.Shell, pair.PortOfB.MacAddress, $"ether src {pair.PortOfA.MacAddress}",
            () => pair.A.Shell.TryRunAsync($"ping -c 3 -i 0.2 -W 1 {AddressB} >/tmp/ping; cat /tmp/ping", Token, ProbeLimit), Token);
        Observe(new Check
        {
            Name = $"frames of {who} heard",
            From = "red",
            To = answered ? "red" : "blue",
            Expected = answered ? "heard" : "nothing",
            Observed = heard > 0 ? "heard" : "nothing",
            Passed = answered == heard > 0,
            Control = answered,
            Evidence = Path.GetRelativePath(Lab.Run.Directory, uplink.File),
        });
    }

    /// <summary>A gratuitous ARP (RFC 5227 §3) of one twin does not reach the other.</summary>
    private async Task AnnounceAsync(MachinePair twins)
    {
        await using var uplink = await CaptureAsync(twins.A, "p0", "gratuitous-arp");
        var frame = Frames.ArpRequest(twins.PortOfA.MacAddress, twins.PortOfA.MacAddress, AddressA, AddressA);
        var heard = await GuestSniffer.CountAsync(
            twins.B.Shell, twins.PortOfB.MacAddress, "arp",
            () => twins.A.Shell.RunAsync($"lab-send-frame $(lab-nic {twins.PortOfA.MacAddress}) {frame} 5", Token), Token);
        Observe(new Check
        {
            Name = "gratuitous ARP of the same address heard",
            From = "red",
            To = "blue",
            Expected = "nothing",
            Observed = heard > 0 ? "heard" : "nothing",
            Passed = heard == 0,
            Evidence = Path.GetRelativePath(Lab.Run.Directory, uplink.File),
        });
    }
}
