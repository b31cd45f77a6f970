using Lab.Agent.Dpu;
using Lab.Agent.Network;
using Lab.Contracts.Link;

namespace Lab.Agent.Reconcile;

/// <summary>Steps for bridges, flows, NIC functions and their ports.</summary>
internal static class NetworkPlan
{
    /// <summary>Bridges, and flows for the ports that are attached and stay; a port that goes loses its flows before its number is free.</summary>
    public static void Prepare(List<AgentAction> plan, NodeSpec spec, Observed observed, PlanContext context)
    {
        var network = observed.Network;
        if (!network.Ready)
            plan.Add(new EnsureBridges());
        if (network.TunnelOfPort <= 0)
            return;
        var flows = FlowTable.Compute(
            spec.Ports.Select(port => (port, attached: Attached(port, observed)))
                .Where(p => p.attached is { OfPort: > 0 })
                .Select(p => new FlowPort(p.attached!.OfPort, p.port)),
            network.TunnelOfPort, context.TunnelAddress);
        if (network.FlowHash != flows.Hash || network.FlowCount != flows.Flows.Count)
            plan.Add(new ReplaceFlows(flows) { After = Subject.Network });
    }

    public static void Remove(List<AgentAction> plan, NodeSpec spec, Observed observed)
    {
        var wantedMacs = spec.Ports.Select(p => p.MacAddress).ToHashSet(StringComparer.Ordinal);
        var attachedIds = observed.Network.Ports.Where(p => p.PortId is not null).ToDictionary(p => p.Device, p => p.PortId!.Value, StringComparer.Ordinal);
        // The flows are gone already; the port keeps its id on br-int until the host has let the function go.
        foreach (var nic in observed.Dpu.Nics.Reverse())
            if (!wantedMacs.Contains(nic.MacAddress) || !nic.Hotplugged)
                plan.Add(new UnplugNic(attachedIds.GetValueOrDefault(nic.Representor), nic.Vuid) { After = Subject.Power });
        foreach (var port in observed.Network.Ports.Reverse())
            if (!spec.Ports.Any(p => Attached(p, observed)?.Device == port.Device))
                plan.Add(new DetachPort(port.PortId ?? Guid.Empty, port.Device) { After = Subject.Network });
    }

    public static void Add(List<AgentAction> plan, NodeSpec spec, Observed observed)
    {
        Subject after = Planner.SystemDisk(spec) is { } system ? Subject.Volume(system.Id) : Subject.Power;
        foreach (var port in spec.Ports)
        {
            var nic = NicOf(port, observed.Dpu);
            // One left half-way is unplugged first and plugged in the next plan.
            if (nic is null && observed.Dpu.Nics.Any(n => n.MacAddress == port.MacAddress))
                continue;
            if (nic is null)
                plan.Add(new PlugNic(port) { After = after });
            if (nic is null || !IsAttached(port, nic, observed.Network))
                plan.Add(new AttachPort(port, nic?.Representor) { After = Subject.Network });
        }
    }

    internal static ObservedNic? NicOf(PortSpec port, ObservedDpu dpu) => dpu.Nics.FirstOrDefault(n => n.MacAddress == port.MacAddress && n.Hotplugged);

    /// <summary>The port's representor on br-int; only what carries the port's id counts.</summary>
    private static ObservedPort? Attached(PortSpec port, Observed observed) =>
        NicOf(port, observed.Dpu) is { } nic
            ? observed.Network.Ports.FirstOrDefault(p => p.Device == nic.Representor && p.PortId == port.Id)
            : null;

    private static bool IsAttached(PortSpec port, ObservedNic nic, ObservedNetwork network) =>
        network.Ports.Any(p => p.Device == nic.Representor && p.PortId == port.Id && p.OfPort > 0
            && p.Mac == port.MacAddress && p.Mtu == port.Mtu && p.Guarded && p.Up);
}
