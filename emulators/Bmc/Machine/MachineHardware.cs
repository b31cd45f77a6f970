namespace Lab.Emulators.Bmc.Machine;

/// <summary>What a machine is built of at one moment. Ids are unique in their list and good in a URI.</summary>
public sealed record MachineHardware
{
    public IReadOnlyList<Processor> Processors { get; init; } = [];
    public IReadOnlyList<MemoryModule> Memory { get; init; } = [];
    public IReadOnlyList<NetworkPort> Ports { get; init; } = [];
    public IReadOnlyList<Disk> Disks { get; init; } = [];

    /// <summary>The disks that are drives to a BMC: a drive without a size is nothing that clients can use, and some fail of it.</summary>
    public IEnumerable<Disk> Drives => Disks.Where(disk => disk.CapacityBytes is not null);

    public IReadOnlyList<PciFunction> PciFunctions { get; init; } = [];

    /// <summary>What firmware can start from, in its own order.</summary>
    public IReadOnlyList<BootDevice> BootDevices { get; init; } = [];
}

/// <param name="Architecture">Redfish's ProcessorArchitecture.</param>
public sealed record Processor(
    string Id, string Manufacturer, string Model, string Architecture, string InstructionSet, int Cores, int Threads, int? MaxSpeedMHz);

/// <param name="Type">Redfish's MemoryDeviceType; null when it is not known.</param>
public sealed record MemoryModule(string Id, string Manufacturer, string? PartNumber, string SerialNumber, string? Type, int CapacityMiB, int? SpeedMHz);

/// <summary>One port of a NIC, which the host sees as an interface.</summary>
/// <param name="Adapter">Id of the NIC it belongs to.</param>
/// <param name="PciFunction">Id of its function; null when it has none.</param>
public sealed record NetworkPort(string Id, string Adapter, string Mac, int? SpeedMbps, bool HasLink, string? PciFunction);

/// <param name="MediaType">Redfish's MediaType.</param>
/// <param name="Protocol">Redfish's Protocol; null when it is none of them.</param>
/// <param name="CapacityBytes">Null when only the back end knows, as behind a DPU: the BMC then sees a function of the bus and no drive.</param>
public sealed record Disk(
    string Id, string Manufacturer, string Model, string SerialNumber, string MediaType, string? Protocol, long? CapacityBytes, string? PciFunction);

/// <summary>A PCI function; those of one device share bus and device number.</summary>
/// <param name="DeviceClass">Redfish's DeviceClass.</param>
public sealed record PciFunction(
    int Segment, int Bus, int Device, int Function, string DeviceClass, string ClassCode, string VendorId, string DeviceId, string Manufacturer, string Model)
{
    public string DevicePath => FormattableString.Invariant($"{Segment:x4}-{Bus:x2}-{Device:x2}");
    public string Id => FormattableString.Invariant($"{DevicePath}.{Function}");
}

/// <param name="Reference">Redfish's BootOptionReference, as in "Boot0001".</param>
/// <param name="DeviceId">Id of the disk or port.</param>
/// <param name="UefiDevicePath">UEFI 2.10 §10; null when it is not known.</param>
public sealed record BootDevice(string Reference, string DisplayName, BootTarget Kind, string DeviceId, string? UefiDevicePath);
