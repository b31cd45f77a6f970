using System.Net;

namespace Lab.Emulators.Bmc;

/// <summary>Everything one BMC is told on its command line and in its environment.</summary>
public sealed record BmcOptions
{
    public required string LibvirtUri { get; init; }

    /// <summary>libvirt domain that is the host.</summary>
    public required string DomainName { get; init; }
    public required string SerialNumber { get; init; }

    /// <summary>Where the Redfish service listens (HTTPS).</summary>
    public required IPEndPoint Listen { get; init; }

    /// <summary>Where it listens for the DPU alone; null for a BMC without a sideband.</summary>
    public IPEndPoint? Sideband { get; init; }

    /// <summary>Where IPMI over LAN listens (UDP); null for nowhere.</summary>
    public IPEndPoint? Ipmi { get; init; }

    /// <summary>Unix socket of the system interface; null for none.</summary>
    public string? IpmiSocket { get; init; }

    /// <summary>Unix socket that the host's serial port connects to.</summary>
    public required string ConsoleSocket { get; init; }

    /// <summary>Directory of the BMC's own files, made when missing.</summary>
    public required string StateDirectory { get; init; }
    public required string UserName { get; init; }
    public required string Password { get; init; }
}
