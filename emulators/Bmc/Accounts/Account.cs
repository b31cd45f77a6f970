using System.Globalization;
using System.Text.Json.Serialization;

namespace Lab.Emulators.Bmc.Accounts;

/// <summary>An account as the fronts show it. Its password is the store's alone.</summary>
/// <param name="Id">A number from 1 on; 1 is the administrator that was given at start.</param>
/// <param name="IsBootstrap">Made by the host interface: good on the sideband only.</param>
public sealed record Account(string Id, string UserName, Role Role, bool IsBootstrap)
{
    /// <summary>User 1 of IPMI is the nameless one (IPMI 2.0 §22.28), so ours begin at 2.</summary>
    public const int IpmiIdOffset = 1;

    public bool Enabled { get; init; } = true;

    /// <summary>May log in by Redfish; by IPMI over LAN.</summary>
    public bool ByRedfish { get; init; } = true;
    public bool ByIpmi { get; init; } = true;
    public bool PasswordChangeRequired { get; init; }

    /// <summary>User id at the IPMI front; null for accounts of the host interface, which IPMI does not show.</summary>
    [JsonIgnore]
    public int? IpmiId => IsBootstrap ? null : int.Parse(Id, CultureInfo.InvariantCulture) + IpmiIdOffset;
}
