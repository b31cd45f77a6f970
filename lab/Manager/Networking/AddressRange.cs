namespace Lab.Manager.Networking;

/// <summary>Addresses from first to last, both included: an allocation pool.</summary>
internal readonly record struct AddressRange(uint First, uint Last)
{
    public bool Contains(uint address) => address >= First && address <= Last;

    public bool Overlaps(AddressRange other) => First <= other.Last && other.First <= Last;

    /// <summary>All host addresses of a prefix but the gateway, as neutron's default pools.</summary>
    public static IReadOnlyList<AddressRange> AllBut(Ipv4Cidr cidr, uint? gateway)
    {
        if (gateway is not { } excluded || !cidr.IsHost(excluded))
            return [new AddressRange(cidr.FirstHost, cidr.LastHost)];
        var ranges = new List<AddressRange>(2);
        if (excluded > cidr.FirstHost)
            ranges.Add(new AddressRange(cidr.FirstHost, excluded - 1));
        if (excluded < cidr.LastHost)
            ranges.Add(new AddressRange(excluded + 1, cidr.LastHost));
        return ranges;
    }
}
