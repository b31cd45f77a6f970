using System.Collections.Immutable;

namespace Lab.Emulators.Bmc.Device;

/// <summary>What can be set of the BMC itself. Names and addresses are kept and shown; the sockets stay where the command line put them.</summary>
public sealed record ManagerSettings
{
    public string? HostName { get; init; }
    public bool NtpEnabled { get; init; }
    public ImmutableList<string> NtpServers { get; init; } = [];
    public bool IsDhcp { get; init; } = true;
    public ImmutableList<string> NameServers { get; init; } = [];
    public string DateTimeLocalOffset { get; init; } = "+00:00";
    public string SerialBitRate { get; init; } = "115200";
    public DateTimeOffset? LastResetTime { get; init; }
}
