namespace Lab.Agent.Network;

/// <summary>A representor on br-int.</summary>
/// <param name="OfPort">OpenFlow port number; 0 or less when Open vSwitch could not open the device.</param>
/// <param name="PortId">external_ids:iface-id; null when it is no guid.</param>
/// <param name="Guarded">Whether the SoC's own network stack is shut to frames of this device.</param>
public sealed record ObservedPort(string Device, int OfPort, Guid? PortId, string? Mac, int Mtu, bool Guarded, bool Up);

/// <summary>Open vSwitch and the SoC's network as they are now.</summary>
/// <param name="Ready">Bridges, uplink, tunnel port and tunnel address are as they must be.</param>
/// <param name="TunnelOfPort">OpenFlow port number of the VXLAN port; 0 or less when there is none.</param>
/// <param name="FlowHash">Hash that the installed flows carry; null when there is none.</param>
/// <param name="FlowCount">Number of flows installed on br-int.</param>
public sealed record ObservedNetwork(
    bool Ready, int TunnelOfPort, IReadOnlyList<ObservedPort> Ports, ulong? FlowHash, int FlowCount);
