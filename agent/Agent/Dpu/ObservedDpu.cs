using Lab.Contracts.Link;

namespace Lab.Agent.Dpu;

/// <param name="FileName">File of an AIO bdev; null for others.</param>
public sealed record ObservedBdev(string Name, string? FileName, VolumeQos Qos);

/// <param name="Hotplugged">The host has the function.</param>
public sealed record ObservedController(string Name, string Vuid, string Bdev, bool Hotplugged, string? PciAddress, string? Mechanism);

/// <param name="MacAddress">Lower case, colons.</param>
/// <param name="Representor">Network device on the SoC.</param>
/// <param name="Hotplugged">The host has the function; one without was left half-way.</param>
public sealed record ObservedNic(
    string Vuid, string MacAddress, string Representor, string? PciAddress, string? Mechanism, bool Hotplugged = true);

/// <summary>What the DPU holds, as its services list it.</summary>
/// <param name="FreeFunctions">VUIDs of block functions that were created and have no controller.</param>
public sealed record ObservedDpu(
    IReadOnlyList<ObservedBdev> Bdevs,
    IReadOnlyList<ObservedController> Controllers,
    IReadOnlyList<string> FreeFunctions,
    IReadOnlyList<ObservedNic> Nics);
