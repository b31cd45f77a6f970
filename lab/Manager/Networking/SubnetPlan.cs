using Lab.Manager.Http;

namespace Lab.Manager.Networking;

/// <summary>Prefix, gateway and pools of a subnet to be made, checked against one another.</summary>
internal sealed record SubnetPlan(Ipv4Cidr Cidr, uint? Gateway, IReadOnlyList<AddressRange> Pools)
{
    private const int PrefixLengthMin = 8;
    private const int PrefixLengthMax = 31;

    /// <summary>Prefixes that no host of a network may have: this network, loopback, link-local, multicast and reserved (RFC 6890).</summary>
    private static readonly Ipv4Cidr[] Special = [.. new[] { "0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3" }
        .Select(text => Ipv4Cidr.TryParse(text, out var cidr) ? cidr : throw new FormatException(text))];

    /// <exception cref="ApiException">400 or 409, as neutron chooses.</exception>
    public static SubnetPlan Read(JsonBody body)
    {
        RequestedAttributes.RefuseUnknown(
            body, "name", "description", "network_id", "cidr", "ip_version", "gateway_ip", "allocation_pools", "dns_nameservers",
            "host_routes", "enable_dhcp", "project_id", "tenant_id", "ipv6_address_mode", "ipv6_ra_mode", "subnetpool_id", "segment_id",
            "service_types", "prefixlen", "dns_publish_fixed_ip");
        RequestedAttributes.RefuseFilled(
            body, "host_routes", "ipv6_address_mode", "ipv6_ra_mode", "subnetpool_id", "segment_id", "service_types", "prefixlen",
            "dns_publish_fixed_ip");
        if (body.OptionalBoolean("enable_dhcp") is true)
            throw NetworkingFaults.Invalid("enable_dhcp must be false: hosts take their addresses from the config drive.");
        if ((body.OptionalInteger("ip_version", 4, 6) ?? 4) != 4)
            throw NetworkingFaults.Invalid("ip_version must be 4: IPv6 subnets are not supported.");
        var text = body.String("cidr");
        if (!Ipv4Cidr.TryParse(text, out var cidr))
            throw NetworkingFaults.Invalid($"'{text}' is not a valid IPv4 subnet (address/prefix length).");
        if (cidr.PrefixLength is < PrefixLengthMin or > PrefixLengthMax)
            throw NetworkingFaults.Invalid($"the prefix length of {cidr} must be from {PrefixLengthMin} to {PrefixLengthMax}.");
        if (Special.Any(special => special.Overlaps(cidr)))
            throw NetworkingFaults.Invalid($"{cidr} is set aside (RFC 6890) and cannot be a subnet.");
        var gateway = ReadGateway(body, cidr);
        return new SubnetPlan(cidr, gateway, ReadPools(body, cidr, gateway));
    }

    /// <exception cref="ApiException">400: too many, or not IPv4 addresses.</exception>
    public static IReadOnlyList<string> ReadDnsServers(JsonBody body)
    {
        var servers = body.Strings("dns_nameservers", NetworkingLimits.DnsServersMax);
        foreach (var server in servers)
            if (!Ipv4Cidr.TryParseAddress(server, out _))
                throw NetworkingFaults.Invalid($"'{server}' is not a valid IPv4 address of a name server.");
        return servers;
    }

    /// <summary>Not given is the first host address; null is none.</summary>
    private static uint? ReadGateway(JsonBody body, Ipv4Cidr cidr)
    {
        if (!body.Mentions("gateway_ip"))
            return cidr.FirstHost;
        if (body.OptionalString("gateway_ip") is not { Length: > 0 } text)
            return null;
        return Ipv4Cidr.TryParseAddress(text, out var gateway) && cidr.IsHost(gateway)
            ? gateway
            : throw NetworkingFaults.Invalid($"gateway_ip '{text}' is not a host address of {cidr}.");
    }

    private static IReadOnlyList<AddressRange> ReadPools(JsonBody body, Ipv4Cidr cidr, uint? gateway)
    {
        var asked = body.Objects("allocation_pools");
        if (asked.Count == 0)
            return AddressRange.AllBut(cidr, gateway);
        if (asked.Count > NetworkingLimits.PoolsMax)
            throw NetworkingFaults.Invalid($"at most {NetworkingLimits.PoolsMax} allocation pools are allowed.");
        var pools = new List<AddressRange>();
        foreach (var item in asked)
        {
            var (start, end) = (item.String("start"), item.String("end"));
            if (!Ipv4Cidr.TryParseAddress(start, out var first) || !Ipv4Cidr.TryParseAddress(end, out var last) || first > last)
                throw ApiException.BadRequest($"The allocation pool {start}-{end} is not valid.", "InvalidAllocationPool");
            if (!cidr.IsHost(first) || !cidr.IsHost(last))
                throw ApiException.BadRequest($"The allocation pool {start}-{end} spans beyond the subnet cidr {cidr}.", "OutOfBoundsAllocationPool");
            var pool = new AddressRange(first, last);
            if (pools.Exists(pool.Overlaps))
                throw ApiException.Conflict($"Found overlapping allocation pools: {pool} for subnet {cidr}.", "OverlappingAllocationPools");
            if (gateway is { } address && pool.Contains(address))
                throw ApiException.Conflict(
                    $"Gateway ip {Ipv4Cidr.FormatAddress(address)} conflicts with allocation pool {pool}.", "GatewayConflictWithAllocationPools");
            pools.Add(pool);
        }
        return pools;
    }
}
