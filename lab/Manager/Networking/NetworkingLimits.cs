namespace Lab.Manager.Networking;

internal static class NetworkingLimits
{
    /// <summary>VXLAN network identifiers given to networks (RFC 7348 §5 allows 1 to 2^24 − 1).</summary>
    public const int VniFirst = 1000;
    public const int VniLast = (1 << 24) - 1;

    /// <summary>Bytes of a guest's packet: 1500 on the fabric less VXLAN's 50 (RFC 7348 §4.3).</summary>
    public const int MtuDefault = 1450;
    public const int MtuMin = 576;
    public const int MtuMax = 8950;

    public const int PoolsMax = 16;
    public const int DnsServersMax = 8;
    public const int HostRoutesMax = 32;
    public const int FixedAddressesMax = 8;
    public const int TagsMax = 50;

    /// <summary>Tries before a free MAC address is given up: of 2^24 ever more than a handful are used.</summary>
    public const int MacTriesMax = 16;
}
