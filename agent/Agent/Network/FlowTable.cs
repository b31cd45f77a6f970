using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Lab.Contracts.Link;

namespace Lab.Agent.Network;

/// <summary>A port of the spec that is on br-int.</summary>
/// <param name="OfPort">OpenFlow port number of its representor.</param>
public sealed record FlowPort(int OfPort, PortSpec Port);

/// <summary>All flows of br-int, and a number that tells whether they are the ones installed.</summary>
/// <param name="Endpoints">VXLAN endpoints that they send to.</param>
public sealed record FlowSet(IReadOnlyList<string> Flows, ulong Hash, IReadOnlyList<IPAddress> Endpoints);

/// <summary>
/// The OpenFlow pipeline of br-int (ovs-fields(7), ovs-ofctl(8)): a pure function of the ports. Whatever no flow names is dropped.
/// <list type="bullet">
/// <item>0 classify: where a frame comes from gives its network; from the tunnel only known senders of known endpoints (RFC 7348 §7).</item>
/// <item>10 anti-spoofing of what a host sends: own MAC, own addresses, untagged IPv4 and ARP (IPv6 where the port has such an address).</item>
/// <item>20 forwarding inside the network to MACs of the spec; broadcasts are replicated; never from the tunnel back to it. Nothing is learnt.</item>
/// <item>250 no traffic: one flow whose cookie is the hash of the others.</item>
/// </list>
/// </summary>
public static class FlowTable
{
    public const int HashTable = 250;

    /// <summary>Cookie of all flows but the one that carries the hash.</summary>
    public const ulong Cookie = 0x626d;

    private const string Untagged = "vlan_tci=0x0000/0x1000";
    private const string ToForwarding = "goto_table:20";

    /// <param name="tunnel">OpenFlow port number of the VXLAN port.</param>
    /// <param name="ownEndpoint">VXLAN endpoint of this DPU: peers that have it are local ports.</param>
    public static FlowSet Compute(IEnumerable<FlowPort> ports, int tunnel, IPAddress ownEndpoint)
    {
        var flows = new List<string>();
        foreach (var table in (int[])[0, 10, 20])
            flows.Add(Flow(table, 0, "", "drop"));

        var endpoints = new HashSet<IPAddress>();
        foreach (var network in ports.GroupBy(p => p.Port.Vni).OrderBy(g => g.Key))
        {
            IReadOnlyList<FlowPort> own = [.. network.OrderBy(p => p.OfPort)];
            var peers = RemotePeers(own, ownEndpoint);
            endpoints.UnionWith(peers.Select(p => p.Endpoint));
            flows.AddRange(Network(network.Key, own, peers, tunnel));
        }

        var hash = HashOf(flows);
        flows.Add(string.Create(CultureInfo.InvariantCulture, $"cookie=0x{hash:x},table={HashTable},priority=0,actions=drop"));
        return new FlowSet(flows, hash, [.. endpoints]);
    }

    private static IEnumerable<string> Network(
        int vni, IReadOnlyList<FlowPort> ports, IReadOnlyList<(string Mac, IPAddress Endpoint)> peers, int tunnel)
    {
        var hasIpv6 = ports.Any(p => p.Port.Addresses.Any(a => IsIpv6(a.IpAddress)));

        foreach (var peer in peers)
            yield return Flow(0, 100, $"in_port={tunnel},tun_id={vni},tun_src={peer.Endpoint},dl_src={peer.Mac},{Untagged}",
                $"set_field:{vni}->reg0,set_field:1->reg1,{ToForwarding}");
        foreach (var port in ports)
        {
            yield return Flow(0, 100, $"in_port={port.OfPort}", $"set_field:{vni}->reg0,goto_table:10");
            foreach (var flow in AntiSpoofing.Of(port))
                yield return flow;
        }

        var reached = new HashSet<string>(StringComparer.Ordinal);
        foreach (var port in ports)
            if (reached.Add(Mac(port.Port.MacAddress)))
                yield return Flow(20, 100, $"reg0={vni},dl_dst={Mac(port.Port.MacAddress)}", $"output:{port.OfPort}");
        foreach (var peer in peers)
            if (reached.Add(peer.Mac))
                yield return Flow(20, 100, $"reg0={vni},reg1=0,dl_dst={peer.Mac}", ToPeer(vni, peer.Endpoint, tunnel));

        var local = string.Join(',', ports.Select(p => $"output:{p.OfPort}"));
        var remote = string.Concat(peers.Select(p => p.Endpoint).Distinct().Select(e => "," + ToPeer(vni, e, tunnel)));
        string[] groups = hasIpv6 ? ["ff:ff:ff:ff:ff:ff", "33:33:00:00:00:00/ff:ff:00:00:00:00"] : ["ff:ff:ff:ff:ff:ff"];
        foreach (var group in groups)
        {
            yield return Flow(20, 90, $"reg0={vni},reg1=0,dl_dst={group}", local + remote);
            yield return Flow(20, 90, $"reg0={vni},reg1=1,dl_dst={group}", local);
        }
    }

    private static List<(string Mac, IPAddress Endpoint)> RemotePeers(IReadOnlyList<FlowPort> ports, IPAddress ownEndpoint)
    {
        var own = ports.Select(p => Mac(p.Port.MacAddress)).ToHashSet(StringComparer.Ordinal);
        return [.. ports.SelectMany(p => p.Port.Peers)
            .Select(p => (Mac: Mac(p.MacAddress), Endpoint: IPAddress.Parse(p.TunnelAddress)))
            .Where(p => !p.Endpoint.Equals(ownEndpoint) && !own.Contains(p.Mac))
            .Distinct()
            .OrderBy(p => p.Endpoint.ToString(), StringComparer.Ordinal).ThenBy(p => p.Mac, StringComparer.Ordinal)];
    }

    private static string ToPeer(int vni, IPAddress endpoint, int tunnel) =>
        $"set_field:{vni}->tun_id,set_field:{endpoint}->tun_dst,output:{tunnel}";

    internal static string Flow(int table, int priority, string match, string actions) =>
        string.Create(CultureInfo.InvariantCulture,
            $"cookie=0x{Cookie:x},table={table},priority={priority},{match}{(match.Length > 0 ? "," : "")}actions={actions}");

    internal static bool IsIpv6(string address) => IPAddress.Parse(address).AddressFamily == AddressFamily.InterNetworkV6;

    /// <summary>Lower case, colons; parsed first, so that nothing but a MAC can get into a flow.</summary>
    internal static string Mac(string mac) =>
        string.Join(':', Convert.FromHexString(mac.Replace(":", "", StringComparison.Ordinal)).Select(b => b.ToString("x2", CultureInfo.InvariantCulture)));

    internal static string GuardedUntagged => Untagged;

    private static ulong HashOf(IEnumerable<string> flows)
    {
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', flows)));
        // All ones is reserved (OpenFlow 1.4 §7.2.5); one bit less can never be it.
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(digest) >> 1;
    }
}
