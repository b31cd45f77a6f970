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

    /// <summary>Takes what <see cref="FormatList"/> writes.</summary>
    public static bool TryParseList(string text, out IReadOnlyList<AddressRange> ranges)
    {
        var read = new List<AddressRange>();
        ranges = read;
        foreach (var part in text.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var ends = part.Split('-');
            if (ends.Length != 2
                || !Ipv4Cidr.TryParseAddress(ends[0], out var first)
                || !Ipv4Cidr.TryParseAddress(ends[1], out var last)
                || first > last)
                return false;
            read.Add(new AddressRange(first, last));
        }
        return true;
    }

    public static string FormatList(IEnumerable<AddressRange> ranges) => string.Join(',', ranges);

    public override string ToString() => $"{Ipv4Cidr.FormatAddress(First)}-{Ipv4Cidr.FormatAddress(Last)}";
}
