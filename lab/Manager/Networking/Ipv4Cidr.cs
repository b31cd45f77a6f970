using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Lab.Manager.Networking;

/// <summary>An IPv4 prefix (RFC 4632 §3.1). Addresses are host-order integers in here, texts at the edge.</summary>
internal readonly record struct Ipv4Cidr
{
    private Ipv4Cidr(uint network, int prefixLength) => (Network, PrefixLength) = (network, prefixLength);

    public uint Network { get; }
    public int PrefixLength { get; }
    public uint Mask => PrefixLength == 0 ? 0 : uint.MaxValue << (32 - PrefixLength);
    public uint Broadcast => Network | ~Mask;

    /// <summary>The first and last address that a host may have: all but network and broadcast, and both of a /31 (RFC 3021).</summary>
    public uint FirstHost => PrefixLength >= 31 ? Network : Network + 1;
    public uint LastHost => PrefixLength >= 31 ? Broadcast : Broadcast - 1;

    public bool Contains(uint address) => (address & Mask) == Network;

    /// <summary>True where <paramref name="address"/> may be given to a host of this prefix.</summary>
    public bool IsHost(uint address) => address >= FirstHost && address <= LastHost;

    public bool Overlaps(Ipv4Cidr other) => Contains(other.Network) || other.Contains(Network);

    /// <summary>Takes <c>a.b.c.d/n</c>, n from 0 to 32; host bits are cleared, as neutron does.</summary>
    public static bool TryParse(string? text, out Ipv4Cidr cidr)
    {
        cidr = default;
        var slash = text?.IndexOf('/', StringComparison.Ordinal) ?? -1;
        if (slash < 0
            || !TryParseAddress(text![..slash], out var address)
            || !int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var length)
            || length > 32)
            return false;
        var mask = length == 0 ? 0 : uint.MaxValue << (32 - length);
        cidr = new Ipv4Cidr(address & mask, length);
        return true;
    }

    /// <summary>Takes the dotted form with four decimal parts only: <c>10.1</c> and <c>010.0.0.1</c> mean different things to different programs.</summary>
    public static bool TryParseAddress(string? text, out uint address)
    {
        address = 0;
        if (text is null || text.Length > 15 || !IPAddress.TryParse(text, out var parsed)
            || parsed.AddressFamily != AddressFamily.InterNetwork || parsed.ToString() != text)
            return false;
        address = BinaryPrimitives.ReadUInt32BigEndian(parsed.GetAddressBytes());
        return true;
    }

    public static string FormatAddress(uint address)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, address);
        return new IPAddress(bytes).ToString();
    }

    public override string ToString() => $"{FormatAddress(Network)}/{PrefixLength}";
}
