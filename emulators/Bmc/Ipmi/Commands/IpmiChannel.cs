namespace Lab.Emulators.Bmc.Ipmi.Commands;

/// <summary>Channel numbers of this BMC (IPMI 2.0 table 6-1).</summary>
public static class IpmiChannel
{
    public const byte Lan = 0x01;

    /// <summary>The channel the request came over.</summary>
    public const byte Present = 0x0e;
    public const byte SystemInterface = 0x0f;

    public const byte Mask = 0x0f;

    /// <summary>The channel a request means; false when there is no such.</summary>
    public static bool TryResolve(byte requested, byte present, out byte channel)
    {
        channel = (byte)(requested & Mask);
        if (channel == Present)
            channel = present;
        return channel is Lan or SystemInterface;
    }
}
