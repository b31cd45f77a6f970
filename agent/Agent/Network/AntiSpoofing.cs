using System.Net;
using static Lab.Agent.Network.FlowTable;

namespace Lab.Agent.Network;

/// <summary>Table 10: what a host may send through one of its ports. A packet that no flow allows is dropped.</summary>
internal static class AntiSpoofing
{
    private const int Table = 10;
    private const string Allow = "goto_table:20";

    public static IEnumerable<string> Of(FlowPort port)
    {
        var mac = Mac(port.Port.MacAddress);
        var from = $"in_port={port.OfPort},{GuardedUntagged},dl_src={mac}";

        // A host answers no DHCP: addresses come from the config drive (RFC 2131 §4.1, RFC 8415 §7.2).
        yield return Flow(Table, 120, $"in_port={port.OfPort},udp,tp_src=67", "drop");
        yield return Flow(Table, 120, $"in_port={port.OfPort},udp6,tp_src=547", "drop");

        foreach (var address in port.Port.Addresses.Select(a => IPAddress.Parse(a.IpAddress)).Distinct())
            foreach (var flow in IsIpv6(address.ToString()) ? Ipv6(from, address) : Ipv4(from, mac, address))
                yield return flow;

        if (port.Port.Addresses.Any(a => IsIpv6(a.IpAddress)))
            foreach (var flow in NeighbourDiscovery(port.OfPort, from))
                yield return flow;
    }

    private static IEnumerable<string> Ipv4(string from, string mac, IPAddress address)
    {
        yield return Flow(Table, 100, $"{from},ip,nw_src={address}", Allow);
        yield return Flow(Table, 100, $"{from},arp,arp_sha={mac},arp_spa={address}", Allow);
    }

    private static IEnumerable<string> Ipv6(string from, IPAddress address)
    {
        yield return Flow(Table, 115, $"{from},icmp6,icmp_type=136,icmp_code=0,ipv6_src={address},nd_target={address}", Allow);
        yield return Flow(Table, 100, $"{from},ipv6,ipv6_src={address}", Allow);
    }

    private static IEnumerable<string> NeighbourDiscovery(int ofPort, string from)
    {
        // Fragmented discovery (RFC 6980), router advertisements and redirects (RFC 6105), foreign neighbour advertisements.
        yield return Flow(Table, 120, $"in_port={ofPort},icmp6,ip_frag=yes", "drop");
        foreach (var type in (int[])[134, 136, 137])
            yield return Flow(Table, 110, $"in_port={ofPort},icmp6,icmp_type={type}", "drop");
        // Duplicate address detection asks from the unspecified address (RFC 4862 §5.4.2).
        yield return Flow(Table, 100, $"{from},icmp6,icmp_type=135,icmp_code=0,ipv6_src=::", Allow);
    }
}
