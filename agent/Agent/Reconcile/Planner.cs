using Lab.Agent.Dpu;
using Lab.Contracts.Link;

namespace Lab.Agent.Reconcile;

/// <summary>
/// The difference between a spec and what is observed, as steps in order: flows of what stays; power off; removal in reverse; disks
/// in slot order (system disk, config drive, data disks), then NICs; and power on only when nothing else is left to do. Pure, so an
/// empty plan means that the spec holds. What a step brings about is seen at the next observation.
/// </summary>
public static class Planner
{
    public static IReadOnlyList<AgentAction> Plan(NodeSpec spec, Observed observed, PlanContext context)
    {
        var plan = new List<AgentAction>();
        NetworkPlan.Prepare(plan, spec, observed, context);

        var powerOff = observed.Power == PowerState.On && MustBeOff(spec, observed.Dpu);
        if (powerOff)
            plan.Add(new PowerOff());
        var isOff = powerOff || observed.Power == PowerState.Off;

        // Taking disks from a host that should be off, but may be running, is not a removal but a crash.
        var mayRemove = isOff || spec.Power == PowerState.On;
        var disks = new DiskPlan(spec, observed.Dpu, context, isOff, mayRemove);
        if (mayRemove)
        {
            NetworkPlan.Remove(plan, spec, observed);
            disks.Remove(plan);
        }
        disks.Add(plan);
        NetworkPlan.Add(plan, spec, observed);

        if (plan.Count == 0 && spec.Power == PowerState.On && observed.Power == PowerState.Off && !context.HoldPowerOn)
            plan.Add(new PowerOn());
        return plan;
    }

    /// <summary>
    /// The spec says off; or another instance's host is still running; or the host runs without the disk that it shall boot from.
    /// </summary>
    private static bool MustBeOff(NodeSpec spec, ObservedDpu dpu) =>
        spec.Power == PowerState.Off
        || dpu.Controllers.Any(c => c.Hotplugged && DpuNames.InstanceOfConfigDrive(c.Name) is { } instance && instance != spec.Instance?.Id)
        || (SystemDisk(spec) is { } system
            && !dpu.Controllers.Any(c => c.Hotplugged && c.Name == DpuNames.VolumeController(system.Id)));

    internal static VolumeSpec? SystemDisk(NodeSpec spec) => spec.Volumes.FirstOrDefault(v => v.BootIndex == 0);
}
