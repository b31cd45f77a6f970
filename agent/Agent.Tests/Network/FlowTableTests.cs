using System.Net;
using Lab.Agent.Network;
using Lab.Agent.Tests.Reconcile;
using Lab.Contracts.Link;

namespace Lab.Agent.Tests.Network;

public sealed class FlowTableTests
{
    private static readonly IPAddress Own = IPAddress.Parse("10.30.0.11");
    private static readonly PortPeer Remote = new("fa:16:3e:00:00:02", ["192.168.1.2"], "10.30.0.12");

    [Fact]
    public void Compute_OfNoPorts_DropsEverything() => Assert.Equal(
        [
            "cookie=0x626d,table=0,priority=0,actions=drop",
            "cookie=0x626d,table=10,priority=0,actions=drop",
            "cookie=0x626d,table=20,priority=0,actions=drop",
        ],
        FlowTable.Compute([], 1, Own).Flows.SkipLast(1));

    [Fact]
    public void Compute_OfOnePortWithARemotePeer_IsTheWholePipeline() => Assert.Equal(
        [
            "cookie=0x626d,table=0,priority=100,in_port=1,tun_id=100,tun_src=10.30.0.12,dl_src=fa:16:3e:00:00:02,vlan_tci=0x0000/0x1000,actions=set_field:100->reg0,set_field:1->reg1,goto_table:20",
            "cookie=0x626d,table=0,priority=100,in_port=5,actions=set_field:100->reg0,goto_table:10",
            "cookie=0x626d,table=10,priority=120,in_port=5,udp,tp_src=67,actions=drop",
            "cookie=0x626d,table=10,priority=120,in_port=5,udp6,tp_src=547,actions=drop",
            "cookie=0x626d,table=10,priority=100,in_port=5,vlan_tci=0x0000/0x1000,dl_src=fa:16:3e:00:00:01,ip,nw_src=192.168.1.1,actions=goto_table:20",
            "cookie=0x626d,table=10,priority=100,in_port=5,vlan_tci=0x0000/0x1000,dl_src=fa:16:3e:00:00:01,arp,arp_sha=fa:16:3e:00:00:01,arp_spa=192.168.1.1,actions=goto_table:20",
            "cookie=0x626d,table=20,priority=100,reg0=100,dl_dst=fa:16:3e:00:00:01,actions=output:5",
            "cookie=0x626d,table=20,priority=100,reg0=100,reg1=0,dl_dst=fa:16:3e:00:00:02,actions=set_field:100->tun_id,set_field:10.30.0.12->tun_dst,output:1",
            "cookie=0x626d,table=20,priority=90,reg0=100,reg1=0,dl_dst=ff:ff:ff:ff:ff:ff,actions=output:5,set_field:100->tun_id,set_field:10.30.0.12->tun_dst,output:1",
            "cookie=0x626d,table=20,priority=90,reg0=100,reg1=1,dl_dst=ff:ff:ff:ff:ff:ff,actions=output:5",
        ],
        FlowTable.Compute([new FlowPort(5, Specs.Port(1, 100, Remote))], 1, Own).Flows.Skip(3).SkipLast(1));

    [Fact]
    public void Compute_OfTwoNetworks_NeverMixesThem()
    {
        var flows = FlowTable.Compute([new FlowPort(5, Specs.Port(1, 100, Remote)), new FlowPort(6, Specs.Port(3, 200))], 1, Own).Flows;
        Assert.DoesNotContain(flows, f => f.Contains("reg0=100", StringComparison.Ordinal) && f.Contains("output:6", StringComparison.Ordinal));
        Assert.DoesNotContain(flows, f => f.Contains("reg0=200", StringComparison.Ordinal) && f.Contains("output:5", StringComparison.Ordinal));
        Assert.DoesNotContain(flows, f => f.Contains("reg0=200", StringComparison.Ordinal) && f.Contains("output:1", StringComparison.Ordinal));
        Assert.DoesNotContain(flows, f => f.Contains("LOCAL", StringComparison.Ordinal) || f.Contains("NORMAL", StringComparison.Ordinal));
    }

    [Fact]
    public void Compute_FromTheTunnel_NeverGoesBackToIt()
    {
        var flows = FlowTable.Compute([new FlowPort(5, Specs.Port(1, 100, Remote))], 1, Own).Flows;
        Assert.All(flows.Where(f => f.Contains(",output:1", StringComparison.Ordinal)), f => Assert.Contains("reg1=0", f, StringComparison.Ordinal));
    }

    [Fact]
    public void Compute_OfPeersInAnyOrder_HasTheSameHash()
    {
        PortPeer other = new("fa:16:3e:00:00:09", [], "10.30.0.13");
        var one = FlowTable.Compute([new FlowPort(5, Specs.Port(1, 100, Remote, other))], 1, Own);
        var two = FlowTable.Compute([new FlowPort(5, Specs.Port(1, 100, other, Remote, Remote))], 1, Own);
        Assert.Equal(one.Hash, two.Hash);
        Assert.NotEqual(one.Hash, FlowTable.Compute([new FlowPort(5, Specs.Port(1, 101, Remote, other))], 1, Own).Hash);
    }

    [Fact]
    public void Compute_OfAPortWithAnIpv6Address_TakesNoAdvertisementsOfRouters()
    {
        var port = Specs.Port(1) with { Addresses = [new FixedAddress("fd00::1", "fd00::/64")] };
        var flows = FlowTable.Compute([new FlowPort(5, port)], 1, Own).Flows;
        Assert.Contains(flows, f => f.Contains("ipv6_src=fd00::1,actions=goto_table:20", StringComparison.Ordinal));
        Assert.Contains(flows, f => f.Contains("icmp_type=134,actions=drop", StringComparison.Ordinal));
        Assert.Contains(flows, f => f.Contains("dl_dst=33:33:00:00:00:00/ff:ff:00:00:00:00", StringComparison.Ordinal));
    }

    /// <summary>ovs-ofctl itself reads every flow.</summary>
    [Fact]
    public async Task Compute_OfEveryKindOfPort_IsTakenByOvsOfctl()
    {
        var port = Specs.Port(1, 100, Remote) with { Addresses = [.. Specs.Port(1).Addresses, new FixedAddress("fd00::1", "fd00::/64")] };
        var flows = FlowTable.Compute([new FlowPort(5, port)], 1, Own);
        var parsed = await Tool.Here.RunAsync("ovs-ofctl", ["-OOpenFlow14", "parse-flows", "-"],
            string.Join('\n', flows.Flows) + "\n", TestContext.Current.CancellationToken);
        Assert.Contains($"cookie:0x{flows.Hash:x}", parsed, StringComparison.Ordinal);
    }
}
