using System.Net;

namespace Lab.Harness.Launch;

/// <summary>Addresses inside a testbed's own network namespace; the same in every testbed, since none sees another.</summary>
public static class AddressPlan
{
    public const int ManagerPort = 8443;
    public const int LinkPort = 8444;
    public const int StoragePort = 8776;
    public const int NbdPort = 10809;
    public const int NvmeTcpPort = 4420;
    public const int RedfishPort = 443;
    public const int IpmiPort = 623;
    public const int OtlpPort = 4318;

    /// <summary>Inner frames of 1500 bytes and the 50 of VXLAN over IPv4 (RFC 7348 §4.3), with room to spare.</summary>
    public const int FabricMtu = 1600;

    public static IPAddress Manager { get; } = IPAddress.Parse("10.20.0.1");
    public static IPAddress Storage { get; } = IPAddress.Parse("10.20.0.2");
    public static IPAddress Harness { get; } = IPAddress.Parse("10.20.0.254");

    /// <param name="index">Place of the node in the testbed file, from 0.</param>
    public static NodeAddresses Node(int index) => new(
        IPAddress.Parse($"10.20.0.{11 + index}"),
        IPAddress.Parse($"10.30.0.{11 + index}"),
        IPAddress.Parse($"10.20.0.{101 + index}"),
        IPAddress.Parse($"169.254.{1 + index}.1"),
        IPAddress.Parse($"169.254.{1 + index}.2"));
}

/// <param name="Management">The SoC on the management network; storage traffic leaves from it too.</param>
/// <param name="Tunnel">The SoC's VXLAN endpoint on the fabric.</param>
/// <param name="Bmc">The BMC on the management network.</param>
/// <param name="SidebandBmc">The BMC on the link that only this node's SoC has.</param>
/// <param name="SidebandSoc">The SoC's end of that link.</param>
public sealed record NodeAddresses(IPAddress Management, IPAddress Tunnel, IPAddress Bmc, IPAddress SidebandBmc, IPAddress SidebandSoc);
