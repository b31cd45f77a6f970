using Lab.Emulators.Bmc.Device;
using Lab.Emulators.Bmc.Faults;

namespace Lab.Emulators.Bmc.Profiles;

/// <summary>Names of the one system, chassis and manager in Redfish's URIs.</summary>
public sealed record ResourceIds(string System = "1", string Chassis = "1", string Manager = "1");

/// <summary>What a kind of machine is made of and how its BMC behaves: a data file of <see cref="ProfileCatalog"/>, shared by its machines.</summary>
public sealed record DeviceProfile
{
    public required string Name { get; init; }
    public required string Manufacturer { get; init; }
    public required string Model { get; init; }
    public string PartNumber { get; init; } = "";
    public string Sku { get; init; } = "";

    /// <summary>Redfish's ChassisType.</summary>
    public string ChassisType { get; init; } = "RackMount";

    /// <summary>Redfish's SystemType: "Physical", or "DPU" for a card.</summary>
    public string SystemType { get; init; } = "Physical";
    public ResourceIds Ids { get; init; } = new();

    /// <summary>What IPMI's Get Device ID says of the maker (IANA enterprise number) and of the product.</summary>
    public int ManufacturerId { get; init; }
    public int ProductId { get; init; }
    public required BoardProfile Board { get; init; }
    public required BmcProfile Bmc { get; init; }
    public SensorDefinition[] Sensors { get; init; } = [];

    /// <summary>What a simulated machine is built of. A libvirt host has what its domain has.</summary>
    public ProcessorProfile[] Processors { get; init; } = [];
    public MemoryProfile[] Memory { get; init; } = [];
    public NicProfile[] Nics { get; init; } = [];
    public DiskProfile[] Disks { get; init; } = [];
    public PowerSupplyProfile[] PowerSupplies { get; init; } = [];
    public FirmwareProfile[] Firmware { get; init; } = [];
    public BiosAttribute[] BiosAttributes { get; init; } = [];

    /// <summary>Redfish ids of the virtual media slots and their MediaTypes.</summary>
    public VirtualMediaProfile[] VirtualMedia { get; init; } = [];
    public QuirkProfile Quirks { get; init; } = new();

    /// <summary>Faults that machines of this kind always have, as bursts of 5xx.</summary>
    public FaultRule[] Faults { get; init; } = [];
}

/// <summary>The main board, as the board area of the FRU tells it (Platform Management FRU Information Storage Definition §11).</summary>
public sealed record BoardProfile(string Manufacturer, string Product, string PartNumber);

/// <summary>The management controller.</summary>
public sealed record BmcProfile(string Model, string FirmwareVersion);

/// <param name="Count">Alike sockets.</param>
public sealed record ProcessorProfile(int Count, string Manufacturer, string Model, string Architecture, string InstructionSet, int Cores, int Threads, int MaxSpeedMHz);

/// <param name="Count">Alike modules.</param>
/// <param name="Type">Redfish's MemoryDeviceType, as in "DDR5".</param>
public sealed record MemoryProfile(int Count, string Manufacturer, string PartNumber, string Type, int CapacityMiB, int SpeedMHz);

/// <param name="Id">Id of the NetworkAdapter.</param>
/// <param name="IsDpu">A card with a system and a manager of its own.</param>
public sealed record NicProfile(string Id, string Manufacturer, string Model, string PartNumber, int Ports, int SpeedGbps, string VendorId, string DeviceId, bool IsDpu = false);

/// <param name="MediaType">Redfish's: HDD or SSD.</param>
/// <param name="Protocol">Redfish's, as in NVMe, SATA, SAS.</param>
public sealed record DiskProfile(int Count, string Manufacturer, string Model, long CapacityBytes, string MediaType, string Protocol);

/// <param name="InputSensor">Id of the sensor of its input power.</param>
public sealed record PowerSupplyProfile(string Id, string Manufacturer, string Model, int CapacityWatts, string? InputSensor);

/// <param name="Id">Id in the firmware inventory.</param>
/// <param name="NeedsReset">What an update waits for.</param>
public sealed record FirmwareProfile(string Id, string Name, string Version, FirmwareActivation NeedsReset);

/// <param name="Type">Redfish's AttributeRegistry type: Enumeration, String, Integer or Boolean.</param>
public sealed record BiosAttribute(
    string Name, string DisplayName, BiosAttributeType Type, string Default, string[]? Values = null, int Min = 0, int Max = int.MaxValue, bool IsReadOnly = false);

public enum BiosAttributeType { Enumeration, String, Integer, Boolean }

public sealed record VirtualMediaProfile(string Id, string Name, string[] MediaTypes);
