using System.Net;

namespace Lab.Agent.Network;

/// <summary>The DPU's place on the fabric.</summary>
public sealed record NetworkOptions
{
    /// <summary>Network device of the uplink.</summary>
    public required string Uplink { get; init; }

    /// <summary>VXLAN endpoint of this DPU.</summary>
    public required IPAddress TunnelAddress { get; init; }
    public required int TunnelPrefix { get; init; }

    /// <summary>Serial number of the DPU, written to external_ids:node-uuid of its ports.</summary>
    public required string Serial { get; init; }

    public const string PhysicalBridge = "br-phy";
    public const string IntegrationBridge = "br-int";
    public const string TunnelPort = "vxlan0";

    /// <summary>nftables table (family netdev) that keeps hosts' frames and the raw uplink off the SoC's own stack.</summary>
    public const string GuardTable = "bm-agent";
}
