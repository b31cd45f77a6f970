using System.Net;
using Lab.Agent.Link;
using Lab.Agent.Network;

namespace Lab.Agent;

/// <summary>All options of the agent, checked.</summary>
public sealed record AgentOptions
{
    public required ManagerLinkOptions Link { get; init; }
    public required NetworkOptions Network { get; init; }

    /// <summary>Unix sockets of the DPU's services and of the BMC's system interface.</summary>
    public required string SpdkSocket { get; init; }
    public required string VirtnetSocket { get; init; }
    public required string IpmiSocket { get; init; }

    /// <summary>The BMC's Redfish service on the sideband.</summary>
    public required Uri Bmc { get; init; }

    /// <summary>Key and certificate, and the keys of connected volumes.</summary>
    public required string StateDirectory { get; init; }

    /// <summary>Config drives.</summary>
    public required string RunDirectory { get; init; }

    /// <summary>Address from which this DPU connects to storage targets.</summary>
    public required IPAddress StorageAddress { get; init; }
}
