using Lab.Contracts.Runs;
using Lab.Harness.Measuring;
using Lab.Scenarios.Fixtures;

namespace Lab.Scenarios.Isolation;

/// <summary>
/// A host that lies about its MAC, IPv4 or ARP addresses is not heard beyond its DPU. The control is the same frame with the true
/// address, which arrives; the evidence is what was captured on the DPU's uplink.
/// </summary>
public sealed class SpoofingScenario(LabFixture lab) : Scenario(lab)
{
    private const string Cidr = "192.168.30.0/24";
    private const string AddressA = "192.168.30.11";
    private const string AddressB = "192.168.30.12";
    private const string StrangeAddress = "192.168.30.99";
    private const string StrangeMac = "02:00:00:00:be:ef";
    private const int Copies = 5;

    [Fact, Trait("suite", "smoke"), Trait("suite", "nightly")]
    public Task SpoofedFrames_NeverLeaveDpu() => RunAsync("spoofed-frames", "isolation", async () =>
    {
        await using var pair = await MachinePair.OfOneTenantAsync(Lab, "spoof", Cidr, AddressA, AddressB, Token);
        var (macA, macB) = (pair.PortOfA.MacAddress, pair.PortOfB.MacAddress);

        // The DPUs learn each other's tunnel endpoints by ARP at the first frame, which may be lost over it.
        await pair.A.Shell.RunAsync($"ping -c 1 -w 10 {AddressB} >/dev/null", Token);
        await ProbeAsync(pair, "true UDP", "udp port 9001", Frames.Udp(macA, macB, AddressA, AddressB, 9001), arrives: true);
        await ProbeAsync(pair, "true ARP", $"arp and ether src {macA}", Frames.ArpRequest(macA, macA, AddressA, AddressB), arrives: true);
        await ProbeAsync(pair, "spoofed MAC", "udp port 9002", Frames.Udp(StrangeMac, macB, AddressA, AddressB, 9002), arrives: false);
        await ProbeAsync(pair, "spoofed IPv4", "udp port 9003", Frames.Udp(macA, macB, StrangeAddress, AddressB, 9003), arrives: false);
        await ProbeAsync(pair, "spoofed ARP sender address", $"arp and arp[14:4] = {Hex(StrangeAddress)}", Frames.ArpRequest(macA, macA, StrangeAddress, AddressB), arrives: false);
        await ProbeAsync(pair, "spoofed ARP sender MAC", "arp and arp[8:4] = 0x02000000", Frames.ArpRequest(macA, StrangeMac, AddressA, AddressB), arrives: false);
        await ProbeAsync(pair, "peer's MAC", $"udp port 9004 and ether src {macB}", Frames.Udp(macB, macB, AddressA, AddressB, 9004), arrives: false);
    });

    private async Task ProbeAsync(MachinePair pair, string name, string filter, string frame, bool arrives)
    {
        var file = Path.Combine(Lab.Run.CapturesDirectory, $"{name.ToLowerInvariant().Replace(' ', '-').Replace("'", "", StringComparison.Ordinal)}.pcap");
        var soc = await Testbed.Soc(pair.A.Node).ProcessIdAsync(Token);
        await using var uplink = await PacketCapture.StartAsync($"/proc/{soc}/ns/net", "p0", file, Token);
        var heard = await GuestSniffer.CountAsync(
            pair.B.Shell, pair.PortOfB.MacAddress, filter,
            () => pair.A.Shell.RunAsync($"lab-send-frame $(lab-nic {pair.PortOfA.MacAddress}) {frame} {Copies}", Token), Token);
        // Inside VXLAN (RFC 7348): the inner frame begins 50 bytes behind the outer one; its length tells nothing, its bytes do.
        var left = await uplink.CountAsync($"udp port 4789 and {InnerFrameFilter(frame)}", Token);
        var evidence = Path.GetRelativePath(Lab.Run.Directory, file);
        Observe(new Check
        {
            Name = $"{name} heard by the peer",
            From = "host",
            To = "peer",
            Expected = arrives ? $"{Copies} frames" : "0 frames",
            Observed = $"{heard} frames",
            Passed = arrives ? heard >= Copies : heard == 0,
            Control = arrives,
            Evidence = evidence,
        });
        Observe(new Check
        {
            Name = $"{name} on the uplink",
            From = "host",
            To = "fabric",
            Expected = arrives ? $"{Copies} frames" : "0 frames",
            Observed = $"{left} frames",
            Passed = arrives ? left >= Copies : left == 0,
            Control = arrives,
            Evidence = evidence,
        });
    }

    /// <summary>Matches the inner frame's source MAC and, from its payload, 8 bytes that tell this frame from others.</summary>
    private static string InnerFrameFilter(string frame)
    {
        // udp[n]: from the outer UDP header; 8 bytes of it, 8 of VXLAN, then the inner frame.
        const int Inner = 16;
        string Bytes(int offset) => $"udp[{Inner + offset}:4] = 0x{frame.Substring(offset * 2, 8)}";
        return string.Join(" and ", Bytes(6), Bytes(22), Bytes(26), Bytes(30));
    }

    private static string Hex(string address) => "0x" + Convert.ToHexStringLower(System.Net.IPAddress.Parse(address).GetAddressBytes());
}
