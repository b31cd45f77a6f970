using Lab.Agent.Dpu;
using Lab.Contracts.Link;

namespace Lab.Agent.Reconcile;

/// <summary>
/// Steps for the virtio-blk functions, in SNAP-4's order. Works on a copy of what is observed, from which <see cref="Remove"/> takes
/// what it plans to remove, so that <see cref="Add"/> makes it anew in the same plan.
/// </summary>
internal sealed class DiskPlan
{
    private readonly NodeSpec spec;
    private readonly IReadOnlyList<Disk> wanted;
    private readonly bool mayRemove;
    private readonly List<ObservedBdev> bdevs;
    private readonly List<ObservedController> controllers;
    private readonly Queue<string> freeFunctions;
    private readonly HashSet<string> stale;

    public DiskPlan(NodeSpec spec, ObservedDpu dpu, PlanContext context, bool isOff, bool mayRemove)
    {
        this.spec = spec;
        this.mayRemove = mayRemove;
        wanted = Wanted(spec, context);
        bdevs = [.. dpu.Bdevs];
        controllers = [.. dpu.Controllers];
        freeFunctions = new Queue<string>(dpu.FreeFunctions);
        stale = Stale(isOff);
    }

    public void Remove(List<AgentAction> plan)
    {
        var keptControllers = wanted.Select(d => d.Controller).Except(stale).ToHashSet(StringComparer.Ordinal);
        // What a plugged function lies on stays, even if it would be connected otherwise now.
        var keptBdevs = wanted.Select(BdevOf).Except(stale).ToHashSet(StringComparer.Ordinal);
        foreach (var controller in controllers.AsEnumerable().Reverse().ToList())
        {
            if (SubjectOf(controller.Name) is not { } subject)
                continue;
            if (keptControllers.Contains(controller.Name) && HasItsBdev(controller))
                continue;
            if (controller.Hotplugged)
                plan.Add(new Hotunplug(subject, controller.Name) { After = Subject.Power });
            plan.Add(new DestroyController(subject, controller.Name) { After = Subject.Power });
            plan.Add(new DestroyFunction(subject, controller.Vuid) { After = Subject.Power });
            controllers.Remove(controller);
        }
        foreach (var bdev in bdevs.AsEnumerable().Reverse().ToList())
        {
            if (SubjectOf(bdev.Name) is not { } subject || keptBdevs.Contains(bdev.Name))
                continue;
            plan.Add(new DeleteBdev(subject, bdev.Name) { After = Subject.Power });
            bdevs.Remove(bdev);
        }
    }

    public void Add(List<AgentAction> plan)
    {
        // Slots are given in the order of plugging and the firmware boots from the first: without its system disk a host gets none.
        Subject? first = Planner.SystemDisk(spec) is { } system ? Subject.Volume(system.Id) : null;
        foreach (var disk in wanted)
            Add(plan, disk, disk.Subject == first ? Subject.Power : first ?? Subject.Power);
        if (!mayRemove)
            return;
        while (freeFunctions.TryDequeue(out var vuid))
            plan.Add(new DestroyFunction(Subject.Function, vuid));
    }

    private void Add(List<AgentAction> plan, Disk disk, Subject after)
    {
        var bdev = bdevs.FirstOrDefault(b => b.Name == BdevOf(disk));
        if (bdev is null)
            plan.Add(disk.Volume is null
                ? new MakeConfigDrive(disk.Subject.Id, disk.Bdev, disk.FileName!) { After = after }
                : new ConnectVolume(disk.Volume) { After = after });
        if (disk.Volume is not null && (bdev?.Qos ?? Unlimited) != (disk.Volume.Qos ?? Unlimited))
            plan.Add(new SetVolumeQos(disk.Volume.Id, BdevOf(disk), disk.Volume.Qos ?? Unlimited) { After = after });

        var controller = controllers.FirstOrDefault(c => c.Name == disk.Controller);
        if (controller is null)
        {
            var vuid = freeFunctions.TryDequeue(out var free) ? free : null;
            if (vuid is null)
                plan.Add(new CreateFunction(disk.Subject) { After = after });
            plan.Add(new CreateController(disk.Subject, disk.Controller, vuid, disk.Bdev, disk.Serial, disk.ReadOnly) { After = after });
        }
        if (controller is not { Hotplugged: true })
            plan.Add(new Hotplug(disk.Subject, disk.Controller) { After = after });
    }

    private string BdevOf(Disk disk) =>
        controllers.FirstOrDefault(c => c.Name == disk.Controller && c.Hotplugged && bdevs.Any(b => b.Name == c.Bdev))?.Bdev ?? disk.Bdev;

    private static VolumeQos Unlimited { get; } = new(0, 0);

    private static List<Disk> Wanted(NodeSpec spec, PlanContext context)
    {
        var disks = spec.Volumes.Select(Disk.Of).ToList();
        if (spec.Instance is { } instance && context.ConfigDriveFile is { } file)
            disks.Insert(Planner.SystemDisk(spec) is null ? 0 : 1, Disk.Of(instance, file));
        return disks;
    }

    /// <summary>A config drive with other content is swapped while the host is off, never under a running one.</summary>
    private HashSet<string> Stale(bool isOff) =>
        isOff
            ? [.. wanted.Where(d => d.FileName is not null
                && bdevs.Any(b => b.Name == d.Bdev && b.FileName is not null && b.FileName != d.FileName)).Select(d => d.Bdev)]
            : [];

    /// <summary>A controller whose bdev went away, or that never was the host's and has another one, is made anew.</summary>
    private bool HasItsBdev(ObservedController controller) =>
        controller.Hotplugged || wanted.Any(d => d.Controller == controller.Name && d.Bdev == controller.Bdev);

    private static Subject? SubjectOf(string name) =>
        (DpuNames.VolumeOfController(name) ?? DpuNames.VolumeOfBdev(name)) is { } volume ? Subject.Volume(volume)
        : DpuNames.InstanceOfConfigDrive(name) is { } instance ? Subject.ConfigDrive(instance)
        : null;

    /// <param name="FileName">Of the config drive; null for volumes.</param>
    private sealed record Disk(
        Subject Subject, string Bdev, string Controller, string Serial, bool ReadOnly, VolumeSpec? Volume, string? FileName)
    {
        public static Disk Of(VolumeSpec volume) => new(
            Subject.Volume(volume.Id), DpuNames.VolumeBdev(volume), DpuNames.VolumeController(volume.Id),
            DpuNames.VolumeSerial(volume.Id), volume.ReadOnly, volume, null);

        public static Disk Of(InstanceMetadata instance, string file) => new(
            Subject.ConfigDrive(instance.Id), DpuNames.ConfigDrive(instance.Id), DpuNames.ConfigDrive(instance.Id),
            DpuNames.ConfigDriveSerial, true, null, file);
    }
}
