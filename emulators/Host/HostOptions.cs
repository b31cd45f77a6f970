using Lab.Emulators.Host.Definition;

namespace Lab.Emulators.Host;

/// <summary>Everything one host emulator is told on its command line.</summary>
public sealed record HostOptions
{
    public required HostDefinition Definition { get; init; }
    public required string LibvirtUri { get; init; }

    /// <summary>Unix socket of the PCIe service.</summary>
    public required string PcieSocket { get; init; }

    /// <summary>Directory of the vhost-user sockets that QEMU connects to.</summary>
    public required string VhostDirectory { get; init; }
}
