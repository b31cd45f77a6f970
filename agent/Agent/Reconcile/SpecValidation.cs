using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Lab.Contracts.Link;

namespace Lab.Agent.Reconcile;

/// <summary>Checks a spec before anything of it is used. All that gets into a command line or a flow is checked here.</summary>
public static partial class SpecValidation
{
    public const int VolumesMax = 16;
    public const int PortsMax = 16;

    /// <summary>A secret of 64 bytes and its CRC in base64, and what is around them (NVMe TCP transport 1.0 §3.6.1.5).</summary>
    public const int DhchapSecretMax = 128;
    public const int PeersMax = 4096;
    public const int VniMax = (1 << 24) - 1;
    public const int MtuMin = 576;
    public const int MtuMax = 9216;

    /// <returns>Every fault, empty when there is none.</returns>
    public static IReadOnlyList<string> Errors(NodeSpec spec) => [.. All(spec)];

    private static IEnumerable<string> All(NodeSpec spec)
    {
        if (spec.Generation < 1)
            yield return "generation is less than 1";
        if (spec.Volumes.Count > VolumesMax)
            yield return $"more than {VolumesMax} volumes";
        if (spec.Ports.Count > PortsMax)
            yield return $"more than {PortsMax} ports";
        if (spec.Volumes.Any(v => v.Id == Guid.Empty) || spec.Ports.Any(p => p.Id == Guid.Empty) || spec.Instance?.Id == Guid.Empty)
            yield return "an id is missing";
        if (spec.Volumes.Select(v => v.Id).Distinct().Count() != spec.Volumes.Count)
            yield return "a volume is named twice";
        if (spec.Ports.Select(p => p.Id).Distinct().Count() != spec.Ports.Count)
            yield return "a port is named twice";
        if (spec.Ports.Select(p => p.MacAddress).Distinct().Count() != spec.Ports.Count)
            yield return "two ports have the same MAC address";
        if (spec.Volumes.Skip(1).Any(v => v.BootIndex == 0))
            yield return "only the first volume can have boot index 0";
        foreach (var error in spec.Volumes.SelectMany(Volume).Concat(spec.Ports.SelectMany(Port)))
            yield return error;
    }

    private static IEnumerable<string> Volume(VolumeSpec volume)
    {
        if (!Uri.TryCreate(volume.Url, UriKind.Absolute, out var url))
            yield return $"volume {volume.Id}: url is no absolute URL";
        else if (url.Scheme == NvmeTcpUrl.Scheme && NvmeTcpUrl.TryParse(volume.Url) is null)
            yield return $"volume {volume.Id}: url is no {NvmeTcpUrl.Scheme}://address:port/subsystem-nqn";
        else if (url.Scheme == NvmeTcpUrl.Scheme && volume.Host is null)
            yield return $"volume {volume.Id}: host, as whom to connect, is missing";
        if (volume.Host is { } host && (!NvmeTcpUrl.IsNqn(host.Nqn) || host.DhchapSecret is { Length: > DhchapSecretMax }))
            yield return $"volume {volume.Id}: host is no NQN, or its secret longer than {DhchapSecretMax} characters";
        if (volume.Qos is { } qos && (qos.IopsMax < 0 || qos.IopsMax % 1000 != 0 || qos.MegabytesPerSecondMax < 0))
            yield return $"volume {volume.Id}: iopsMax is a multiple of 1000 and no limit is negative";
    }

    private static IEnumerable<string> Port(PortSpec port)
    {
        if (!IsMac(port.MacAddress))
            yield return $"port {port.Id}: {Shown(port.MacAddress)} is no unicast MAC address in lower case with colons";
        if (port.Vni is < 1 or > VniMax)
            yield return $"port {port.Id}: vni is not within 1 and {VniMax}";
        if (port.Mtu is < MtuMin or > MtuMax)
            yield return $"port {port.Id}: mtu is not within {MtuMin} and {MtuMax}";
        if (port.Peers.Count > PeersMax)
            yield return $"port {port.Id}: more than {PeersMax} peers";
        foreach (var address in port.Addresses)
            if (!IsAddress(address.IpAddress) || !IPNetwork.TryParse(address.Cidr, out _)
                || (address.Gateway is not null && !IsAddress(address.Gateway))
                || address.DnsServers?.All(IsAddress) == false)
                yield return $"port {port.Id}: {Shown(address.IpAddress)} in {Shown(address.Cidr)} is no address of a subnet";
        foreach (var peer in port.Peers)
            if (!IsMac(peer.MacAddress) || !IPAddress.TryParse(peer.TunnelAddress, out var endpoint)
                || endpoint.AddressFamily != AddressFamily.InterNetwork || endpoint.ToString() != peer.TunnelAddress)
                yield return $"port {port.Id}: peer {Shown(peer.MacAddress)} at {Shown(peer.TunnelAddress)} has no valid MAC or IPv4 endpoint";
    }

    private static bool IsAddress(string text) =>
        text.Length <= 45 && !text.Contains('%', StringComparison.Ordinal) && IPAddress.TryParse(text, out var address)
        && (address.AddressFamily == AddressFamily.InterNetworkV6 || address.ToString() == text);

    /// <summary>The lowest bit of the first byte tells a group (IEEE 802 §8.2.2).</summary>
    private static bool IsMac(string text) => MacPattern().IsMatch(text) && (int.Parse(text[..2], NumberStyles.HexNumber, CultureInfo.InvariantCulture) & 1) == 0;

    private static string Shown(string text) => text.Length > 64 ? text[..64] + "…" : text;

    [GeneratedRegex(@"\A[0-9a-f]{2}(:[0-9a-f]{2}){5}\z")]
    private static partial Regex MacPattern();
}
