using Lab.Agent.Dpu;
using Lab.Contracts.Link;

namespace Lab.Agent.Reconcile;

/// <summary>Puts what is observed, and what failed, into the words of the link.</summary>
public static class StatusBuilder
{
    /// <param name="spec">Null before the first.</param>
    /// <param name="errors">Last failure by subject, with the step in it.</param>
    public static NodeStatus Build(NodeSpec? spec, Observed observed, bool converged, IReadOnlyDictionary<Subject, string> errors) => new()
    {
        Generation = spec?.Generation ?? 0,
        Converged = converged,
        Power = observed.Power ?? PowerState.Off,
        Volumes = [.. Volumes(spec, observed.Dpu, errors)],
        Ports = [.. Ports(spec, observed, errors)],
        Error = errors.Count == 0 ? null : string.Join("; ", errors.Select(e => $"{e.Key}: {e.Value}").Order(StringComparer.Ordinal)),
    };

    private static IEnumerable<VolumeStatus> Volumes(NodeSpec? spec, ObservedDpu dpu, IReadOnlyDictionary<Subject, string> errors)
    {
        var ids = (spec?.Volumes.Select(v => v.Id) ?? [])
            .Concat(dpu.Controllers.Select(c => DpuNames.VolumeOfController(c.Name)).OfType<Guid>())
            .Concat(dpu.Bdevs.Select(b => DpuNames.VolumeOfBdev(b.Name)).OfType<Guid>())
            .Distinct();
        foreach (var id in ids)
        {
            var error = errors.GetValueOrDefault(Subject.Volume(id));
            var controller = dpu.Controllers.FirstOrDefault(c => c.Name == DpuNames.VolumeController(id));
            var isConnected = dpu.Bdevs.Any(b => DpuNames.VolumeOfBdev(b.Name) == id);
            if (controller is not { Hotplugged: true } && !isConnected && error is null)
                continue;
            var state = controller is { Hotplugged: true } ? FunctionState.Presented
                : error is not null ? FunctionState.Failed : FunctionState.Connected;
            yield return state == FunctionState.Presented
                ? new VolumeStatus(id, state, DpuNames.VolumeSerial(id), controller!.PciAddress, controller.Mechanism, error)
                : new VolumeStatus(id, state, DpuNames.VolumeSerial(id), Error: error);
        }
    }

    private static IEnumerable<PortStatus> Ports(NodeSpec? spec, Observed observed, IReadOnlyDictionary<Subject, string> errors)
    {
        var told = new HashSet<Guid>();
        foreach (var port in spec?.Ports ?? [])
        {
            told.Add(port.Id);
            var error = errors.GetValueOrDefault(Subject.Port(port.Id));
            if (NetworkPlan.NicOf(port, observed.Dpu) is { } nic)
                yield return new PortStatus(port.Id, FunctionState.Presented, nic.PciAddress, nic.Mechanism, error);
            else if (error is not null)
                yield return new PortStatus(port.Id, FunctionState.Failed, Error: error);
        }
        foreach (var nic in observed.Dpu.Nics)
            if (observed.Network.Ports.FirstOrDefault(p => p.Device == nic.Representor)?.PortId is { } id && told.Add(id))
                yield return new PortStatus(id, FunctionState.Presented, nic.PciAddress, nic.Mechanism, errors.GetValueOrDefault(Subject.Port(id)));
    }
}
