using System.Collections.Immutable;
using Lab.Protocols.Ipmi;

namespace Lab.Emulators.Bmc.Ipmi.Settings;

/// <summary>
/// What IPMI alone knows of, and what outlives a restart. Everything that Redfish shows too is in the device's state.
/// </summary>
public sealed record IpmiSettings
{
    public BootOptionSettings Boot { get; init; } = new();
    public LanSettings Lan { get; init; } = new();
    public SolSettings Sol { get; init; } = new();
    public ChannelAccess LanAccess { get; init; } = new();

    /// <summary>How far the clock of the event log is set off the real one.</summary>
    public TimeSpan ClockOffset { get; init; }

    /// <summary>Minutes; null is unspecified (IPMI 2.0 §31.11a).</summary>
    public short? UtcOffset { get; init; }

    /// <summary>Slots that have a name but no password yet, which makes no account.</summary>
    public ImmutableDictionary<int, UserDraft> Drafts { get; init; } = ImmutableDictionary<int, UserDraft>.Empty;

    /// <summary>User ids that may not use serial over LAN.</summary>
    public ImmutableHashSet<int> WithoutSol { get; init; } = [];

    /// <summary>System Info strings by parameter (IPMI 2.0 §22.14a).</summary>
    public ImmutableDictionary<byte, string> SystemInfo { get; init; } = ImmutableDictionary<byte, string>.Empty;
}

/// <summary>Boot options beside the device's boot override (IPMI 2.0 table 28-14).</summary>
/// <param name="ValidBitClearing">Parameter 3.</param>
/// <param name="Acknowledge">Parameter 4.</param>
/// <param name="Flags">Parameter 5 as it was last written: what of it the device's boot override does not hold.</param>
public sealed record BootOptionSettings(byte ValidBitClearing = 0, byte Acknowledge = 0, byte[]? Flags = null);

/// <summary>LAN configuration that may be written (IPMI 2.0 table 23-4); null where the socket's own address is told.</summary>
public sealed record LanSettings
{
    public byte[]? Address { get; init; }
    public byte[] SubnetMask { get; init; } = [255, 255, 255, 0];
    public byte[] Gateway { get; init; } = [0, 0, 0, 0];
    public byte[] GatewayMac { get; init; } = [0, 0, 0, 0, 0, 0];
    public byte[] BackupGateway { get; init; } = [0, 0, 0, 0];
    public byte[] BackupGatewayMac { get; init; } = [0, 0, 0, 0, 0, 0];
    public byte[] Ipv4Header { get; init; } = [64, 0x40, 0x10];
    public byte ArpControl { get; init; } = 2;
    public byte ArpInterval { get; init; }
    public byte[] Community { get; init; } = "public"u8.ToArray();
    public byte[] Vlan { get; init; } = [0, 0];
    public byte VlanPriority { get; init; }
}

/// <summary>Serial over LAN (IPMI 2.0 table 26-5).</summary>
/// <param name="AccumulateSteps">How long characters are gathered before a packet, in steps of 5 ms.</param>
/// <param name="SendThreshold">Characters that are sent at once.</param>
/// <param name="RetryCount">How often a packet is repeated.</param>
/// <param name="RetrySteps">After how long, in steps of 10 ms.</param>
public sealed record SolSettings(
    bool IsEnabled = true,
    IpmiPrivilege Privilege = IpmiPrivilege.Operator,
    byte AccumulateSteps = 2,
    byte SendThreshold = 96,
    byte RetryCount = 7,
    byte RetrySteps = 50)
{
    public TimeSpan AccumulateTime => TimeSpan.FromMilliseconds(5 * AccumulateSteps);
    public TimeSpan RetryTime => TimeSpan.FromMilliseconds(10 * RetrySteps);
}

/// <summary>Access to the LAN channel (IPMI 2.0 table 22-28).</summary>
/// <param name="Mode">Access mode and the bits beside it: 2 is always available, 0 disabled.</param>
/// <param name="Limit">No user has more than this.</param>
public sealed record ChannelAccess(byte Mode = ChannelAccess.AlwaysAvailable, IpmiPrivilege Limit = IpmiPrivilege.Administrator)
{
    public const byte AlwaysAvailable = 2;
    private const byte ModeMask = 0x07;

    public bool IsOpen => (Mode & ModeMask) != 0;
}

public sealed record UserDraft(string Name, IpmiPrivilege Limit = IpmiPrivilege.User, bool IsEnabled = false);
