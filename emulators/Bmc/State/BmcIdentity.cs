using Lab.Emulators.Bmc.Machine;

namespace Lab.Emulators.Bmc.State;

/// <summary>What a BMC is called for as long as it lives, and what it last read of its machine.</summary>
public sealed record BmcIdentity
{
    /// <summary>UUID of the Redfish service and of the manager.</summary>
    public required Guid ServiceUuid { get; init; }
    public MachineInventory? Inventory { get; init; }
}
