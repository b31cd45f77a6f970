using System.Text.Json.Serialization;
using Lab.Emulators.Bmc.Machine;

namespace Lab.Emulators.Bmc.State;

/// <summary>What a BMC is called for as long as it lives, and what it last read of its machine.</summary>
public sealed record BmcIdentity
{
    /// <summary>UUID of the Redfish service and of the manager.</summary>
    public required Guid ServiceUuid { get; init; }

    /// <summary>MAC address of the BMC's interface: locally administered, so that it is nobody's.</summary>
    [JsonIgnore]
    public byte[] Mac
    {
        get
        {
            const byte LocallyAdministered = 0x02;
            return [LocallyAdministered, .. ServiceUuid.ToByteArray().AsSpan(0, 5)];
        }
    }

    public MachineInventory? Inventory { get; init; }
}
