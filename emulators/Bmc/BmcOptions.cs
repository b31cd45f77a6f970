using System.Net;
using Lab.Emulators.Bmc.Faults;
using Lab.Emulators.Bmc.Machine;
using Lab.Emulators.Bmc.Profiles;
using Lab.Emulators.Bmc.Replay;

namespace Lab.Emulators.Bmc;

/// <summary>What stands behind a BMC's power switch.</summary>
public abstract record HostOptions;

/// <param name="ConsoleSocket">Unix socket that the host's serial port connects to; null for none.</param>
public sealed record LibvirtHost(string Uri, string Domain, string? ConsoleSocket) : HostOptions;

public sealed record SimulatedHost(SimulatedTimes Times) : HostOptions;

/// <summary>A machine that is already there, for a program that holds both ends.</summary>
public sealed record GivenHost(IMachine Machine, string? ConsoleSocket) : HostOptions;

/// <summary>See <see cref="CommandMachine"/>.</summary>
public sealed record CommandHost(string Program) : HostOptions;

/// <summary>Everything one BMC is told on its command line and in its environment.</summary>
public sealed record BmcOptions
{
    public required HostOptions Host { get; init; }

    /// <summary>What the machine is called.</summary>
    public required string Name { get; init; }
    public required string SerialNumber { get; init; }
    public DeviceProfile Profile { get; init; } = ProfileCatalog.Load(ProfileCatalog.Generic);

    /// <summary>Where the Redfish service listens.</summary>
    public required IPEndPoint Listen { get; init; }

    /// <summary>A recorded tree to show instead of the machine; null for none.</summary>
    public RecordedTree? Replay { get; init; }

    /// <summary>HTTP instead of HTTPS.</summary>
    public bool IsPlain { get; init; }

    /// <summary>Where it listens for the DPU alone; null for a BMC without a sideband.</summary>
    public IPEndPoint? Sideband { get; init; }

    /// <summary>Where IPMI over LAN listens (UDP); null for nowhere.</summary>
    public IPEndPoint? Ipmi { get; init; }

    /// <summary>Unix socket of the system interface; null for none.</summary>
    public string? IpmiSocket { get; init; }

    /// <summary>Directory of the BMC's own files, made when missing; null keeps nothing over a restart.</summary>
    public string? StateDirectory { get; init; }
    public required string UserName { get; init; }
    public required string Password { get; init; }

    /// <summary>Images and event destinations may be on this machine and link.</summary>
    public bool AllowsLocalUrls { get; init; }

    /// <summary>Manager.Reset ends the process, whose supervisor starts it again; else the BMC is away for a while.</summary>
    public bool ExitsOnReset { get; init; }

    /// <summary>How long a firmware update takes to be applied.</summary>
    public TimeSpan FirmwareApplyTime { get; init; } = TimeSpan.FromSeconds(10);
}

/// <summary>What a process is told of faults.</summary>
public sealed record FaultOptions
{
    /// <summary>Set from the start.</summary>
    public IReadOnlyList<FaultRule> Rules { get; init; } = [];

    /// <summary>Where <see cref="ControlPort"/> listens; null for nowhere.</summary>
    public IPEndPoint? Control { get; init; }
}
