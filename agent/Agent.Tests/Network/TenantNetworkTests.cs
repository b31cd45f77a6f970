using Lab.Agent.Network;
using Lab.Agent.Reconcile;
using static Lab.Agent.Tests.Network.Frames;
using static Lab.Agent.Tests.Network.TwoDpus;

namespace Lab.Agent.Tests.Network;

/// <summary>Real Open vSwitch, real VXLAN, tcpdump as judge. Each "never" has a frame beside it that does arrive.</summary>
public sealed class TenantNetworkTests(TwoDpus rack) : IClassFixture<TwoDpus>, IAsyncLifetime
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>
    /// A test that failed half-way leaves the next one what the loop would. Tests that change addresses or restart a switch make it forget
    /// the endpoints' MACs, and then the first frame each way is lost: no test may take that for its own frame.
    /// </summary>
    public async ValueTask InitializeAsync()
    {
        await rack.A.ReconcileAsync(SpecA, Token);
        await rack.B.ReconcileAsync(SpecB, Token);
        await Tool.UntilAsync(() => IsAnsweredAsync(rack.Host1, Ip(2)), "frames pass the tunnel both ways", Token);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Host_PingingAPeerOfItsNetwork_IsAnswered(int peer) =>
        Assert.Contains(" 0% packet loss", await PingAsync(rack.Host1, Ip(peer)), StringComparison.Ordinal);

    [Fact]
    public async Task Endpoints_OfPeers_AreKnownBeforeTheFirstPacket()
    {
        await rack.A.RunAsync("ovs-appctl tnl/neigh/flush", Token);
        await rack.A.RunAsync("ip neigh flush dev br-phy", Token);
        // Answers that match a cached flow are not looked into.
        await rack.A.RunAsync("ovs-appctl dpctl/del-flows", Token);
        await rack.A.RunAsync("ovs-ofctl -OOpenFlow14 del-flows br-int", Token);
        await rack.A.ReconcileAsync(SpecA, Token);
        await Tool.UntilAsync(
            async () => (await rack.A.RunAsync("ovs-appctl tnl/neigh/show", Token)).Contains("10.30.0.12", StringComparison.Ordinal),
            "B's endpoint is known", Token);
    }

    [Fact]
    public async Task OtherTenant_WithTheSameAddresses_ReachesItsOwnPeer() =>
        Assert.Contains(" 0% packet loss", await PingAsync(rack.Other1, Ip(2)), StringComparison.Ordinal);

    [Fact]
    public async Task OtherTenant_WhileTheFirstTalks_HearsNothing()
    {
        await using var peer = await Capture.StartAsync(rack.Host2, Token);
        await using var onSameDpu = await Capture.StartAsync(rack.Other1, Token);
        await using var onOtherDpu = await Capture.StartAsync(rack.Other2, Token);

        await SendAsync(rack.Host1,
        [
            Udp(Broadcast, Mac(1), Ip(1), "192.168.1.255", "BROADCAST-1"),
            // The other tenant's own MACs, which must mean nothing in this network.
            Udp(Mac(11), Mac(1), Ip(1), Ip(2), "TO-TENANT-2A"),
            Udp(Mac(12), Mac(1), Ip(1), Ip(2), "TO-TENANT-2B"),
            Udp(Mac(2), Mac(1), Ip(1), Ip(2), "LAST-OF-T1"),
        ], Token);
        await peer.UntilSawAsync(Mark("LAST-OF-T1"), Token);
        Assert.True(peer.Saw(Mark("BROADCAST-1")));

        await SendAsync(rack.Other1, [Udp(Mac(12), Mac(11), Ip(1), Ip(2), "LAST-OF-T2")], Token);
        await SendAsync(rack.Other2, [Udp(Mac(11), Mac(12), Ip(2), Ip(1), "LAST-OF-T2")], Token);
        foreach (var other in (Capture[])[onSameDpu, onOtherDpu])
        {
            await other.UntilSawAsync(Mark("LAST-OF-T2"), Token);
            Assert.False(other.Saw(Mark("BROADCAST-1")));
            Assert.False(other.Saw(Mark("TO-TENANT-2")));
        }
        Assert.False(peer.Saw(Mark("LAST-OF-T2")));
    }

    [Fact]
    public async Task SpoofedFrames_OfEveryKind_NeverLeaveWhileTheHonestOneArrives()
    {
        await using var remote = await Capture.StartAsync(rack.Host2, Token);
        await using var local = await Capture.StartAsync(rack.Host3, Token);
        foreach (var to in (int[])[2, 3])
            await SendAsync(rack.Host1,
            [
                Udp(Mac(to), "fa:16:3e:00:00:77", Ip(1), Ip(to), "BAD-MAC"),
                Udp(Mac(to), Mac(2), Ip(1), Ip(to), "BAD-PEERS-MAC"),
                Udp(Mac(to), Mac(1), "192.168.1.77", Ip(to), "BAD-IP"),
                Udp(Mac(to), Mac(1), Ip(2), Ip(to), "BAD-PEERS-IP"),
                Udp(Mac(to), Mac(1), Ip(1), Ip(to), "BAD-TAG", tag: "81000064"),
                Udp(Mac(to), Mac(1), Ip(1), Ip(to), "BAD-PRIORITY-TAG", tag: "81000000"),
                Udp(Mac(to), Mac(1), Ip(1), Ip(to), "BAD-DOUBLE-TAG", tag: "88a8006481000064"),
                Udp(Mac(to), Mac(1), Ip(1), Ip(to), "BAD-DHCP-SERVER", fromPort: 67),
                Udp("fa:16:3e:00:00:78", Mac(1), Ip(1), Ip(to), "BAD-UNKNOWN-UNICAST"),
                Udp("01:00:5e:00:00:fb", Mac(1), Ip(1), "224.0.0.251", "BAD-MULTICAST"),
                Ethernet("01:80:c2:00:00:0e", Mac(1), "88cc", Mark("BAD-LLDP")),
                Ethernet(Broadcast, Mac(1), "86dd", Mark("BAD-IPV6")),
                Ethernet("01:80:c2:00:00:00", Mac(1), "0040", "424203" + Mark("BAD-STP")),
                ArpRequest(Mac(1), Mac(1), "192.168.1.254", Ip(to)),
                ArpRequest(Mac(1), "fa:16:3e:00:00:79", Ip(1), Ip(to)),
                ArpRequest("fa:16:3e:00:00:7a", Mac(1), Ip(1), Ip(to)),
                ArpReply(Mac(to), Mac(1), Mac(1), "192.168.1.253", Ip(to)),
                Udp(Mac(to), Mac(1), Ip(1), Ip(to), "HONEST-LAST"),
            ], Token);
        foreach (var capture in (Capture[])[remote, local])
        {
            await capture.UntilSawAsync(Mark("HONEST-LAST"), Token);
            Assert.False(capture.Saw(Mark("BAD-")));
            Assert.False(capture.Saw(Frames.Ip("192.168.1.254") + "000000000000"));
            Assert.False(capture.Saw(Frames.Mac("fa:16:3e:00:00:79")));
            Assert.False(capture.Saw(Frames.Mac("fa:16:3e:00:00:7a")));
            Assert.False(capture.Saw(Frames.Ip("192.168.1.253")));
        }
    }

    [Fact]
    public async Task Fabric_SendingVxlanFromAnUnknownEndpoint_IsNotHeard()
    {
        // B's endpoint is known to A; the same frame from another address of the fabric is not.
        await using var capture = await Capture.StartAsync(rack.Host1, Token);
        await rack.B.RunAsync("ip addr add 10.30.0.66/24 dev br-phy", Token);
        await SendVxlanAsync("10.30.0.66", "FROM-UNKNOWN");
        await SendVxlanAsync(rack.B.Address.ToString(), "FROM-KNOWN");
        await capture.UntilSawAsync(Mark("FROM-KNOWN"), Token);
        Assert.False(capture.Saw(Mark("FROM-UNKNOWN")));
        await rack.B.RunAsync("ip addr del 10.30.0.66/24 dev br-phy", Token);
    }

    [Fact]
    public async Task Soc_AskedByAHostForItsAddress_IsSilent()
    {
        var question = ArpRequest(Mac(1), Mac(1), Ip(1), rack.A.Address.ToString());
        var answer = Frames.Ip(rack.A.Address.ToString()) + Frames.Mac(Mac(1));
        await using var capture = await Capture.StartAsync(rack.Host1, Token);
        await SendAsync(rack.Host1, [question], Token);
        Assert.Contains(" 0% packet loss", await PingAsync(rack.Host1, Ip(2)), StringComparison.Ordinal);
        Assert.False(capture.Saw(answer));

        // Without the guard the SoC's kernel does answer: the probe works.
        await rack.A.RunAsync($"nft delete chain netdev {NetworkOptions.GuardTable} en3f0pf0sf1000", Token);
        await SendAsync(rack.Host1, [question], Token);
        await capture.UntilSawAsync(answer, Token);
        Assert.IsType<AttachPort>((await rack.A.ReconcileAsync(SpecA, Token))[0]);
    }

    [Fact]
    public async Task Switch_KilledAndStartedAgain_IsMendedByTheLoop()
    {
        await rack.A.RestartDaemonAsync(Token);
        Assert.Contains(await rack.A.ReconcileAsync(SpecA, Token), s => s is ReplaceFlows);
        // The first packets may go while the new daemon asks for the peer endpoint's MAC.
        await PingAsync(rack.Host1, Ip(2));
        Assert.Empty(await rack.A.ReconcileAsync(SpecA, Token));
    }

    [Fact]
    public async Task Port_TakenFromTheSpec_IsCutOffAndComesBack()
    {
        await rack.A.ReconcileAsync(SpecA with { Ports = [SpecA.Ports[1], SpecA.Ports[2]] }, Token);
        Assert.DoesNotContain("1000", await rack.A.RunAsync("ovs-vsctl list-ports br-int", Token), StringComparison.Ordinal);
        Assert.Contains(" 0% packet loss", await PingAsync(rack.Host3, Ip(2)), StringComparison.Ordinal);
        await rack.A.ReconcileAsync(SpecA, Token);
        Assert.Contains(" 0% packet loss", await PingAsync(rack.Host1, Ip(2)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Interface_OfAPort_CarriesItsIds()
    {
        var ids = await rack.A.RunAsync("ovs-vsctl get Interface en3f0pf0sf1000 external_ids mtu_request", Token);
        Assert.Contains($"iface-id=\"{SpecA.Ports[0].Id}\"", ids, StringComparison.Ordinal);
        Assert.Contains($"attached-mac=\"{Mac(1)}\"", ids, StringComparison.Ordinal);
        Assert.Contains("iface-status=active", ids, StringComparison.Ordinal);
        Assert.Contains("node-uuid=TEST-a", ids, StringComparison.Ordinal);
        Assert.Contains("1450", ids, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tcp_AcrossTheTunnel_Flows()
    {
        var server = Tool.In(rack.Host2).RunAsync("timeout 15 iperf3 -s -1 -p 5301", Token);
        await Tool.UntilAsync(async () => (await Tool.In(rack.Host2).RunAsync("ss -Hltn sport = :5301", Token)).Length > 0, "iperf3", Token);
        var result = await Tool.In(rack.Host1).RunAsync($"iperf3 -c {Ip(2)} -p 5301 -t 1", Token);
        await server;
        TestContext.Current.TestOutputHelper?.WriteLine(result);
        Assert.Contains("receiver", result, StringComparison.Ordinal);
    }

    /// <exception cref="CommandException">Not one answer came.</exception>
    private static Task<string> PingAsync(string host, string address) =>
        Tool.In(host).RunAsync($"ping -n -c 3 -i 0.2 -w 18 {address}", Token);

    private static async Task<bool> IsAnsweredAsync(string host, string address)
    {
        try
        {
            await Tool.In(host).RunAsync($"ping -n -c 1 -W 1 {address}", Token);
            return true;
        }
        catch (CommandException)
        {
            return false;
        }
    }

    private Task SendVxlanAsync(string from, string mark)
    {
        var inner = Udp(Mac(1), Mac(2), Ip(2), Ip(1), mark);
        return Tool.In(rack.B.Namespace).RunAsync("python3", ["-c",
            "import socket,sys\ns=socket.socket(socket.AF_INET,socket.SOCK_DGRAM);s.bind((sys.argv[1],0));s.sendto(bytes.fromhex('0800000000006400'+sys.argv[2]),(sys.argv[3],4789))",
            from, inner, rack.A.Address.ToString()], null, Token);
    }
}
