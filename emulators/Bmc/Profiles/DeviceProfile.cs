using Lab.Emulators.Bmc.Device;

namespace Lab.Emulators.Bmc.Profiles;

/// <summary>What a kind of machine is made of and how its BMC behaves: a data file of <see cref="ProfileCatalog"/>, shared by its machines.</summary>
public sealed record DeviceProfile
{
    public required string Name { get; init; }
    public required string Manufacturer { get; init; }
    public required string Model { get; init; }
    public string PartNumber { get; init; } = "";
    public string Sku { get; init; } = "";

    /// <summary>What IPMI's Get Device ID says of the maker (IANA enterprise number) and of the product.</summary>
    public int ManufacturerId { get; init; }
    public int ProductId { get; init; }
    public required BoardProfile Board { get; init; }
    public required BmcProfile Bmc { get; init; }
    public SensorDefinition[] Sensors { get; init; } = [];
}

/// <summary>The main board, as the board area of the FRU tells it (Platform Management FRU Information Storage Definition §11).</summary>
public sealed record BoardProfile(string Manufacturer, string Product, string PartNumber);

/// <summary>The management controller.</summary>
public sealed record BmcProfile(string Model, string FirmwareVersion);
