using Lab.Emulators.Bmc.Redfish;

namespace Lab.Emulators.Bmc.Events;

/// <summary>Something that happened, as subscribers hear of it.</summary>
/// <param name="Origin">URI of the resource it happened to.</param>
public sealed record DeviceEvent(long Sequence, DateTimeOffset Time, RedfishMessage Message, string? Origin);
