using System.Net;
using Lab.Agent.Dpu;
using Lab.Agent.Reconcile;
using Lab.Contracts.Link;

namespace Lab.Agent.Tests.Reconcile;

public sealed class PlannerTests
{
    private readonly ModelDpu dpu = new();

    [Fact]
    public void FirstInstance_OnAnEmptyNode_IsPresentedBeforePower()
    {
        var spec = Specs.Instance(1);
        var steps = Converge(spec);

        Assert.Equal(PowerState.On, dpu.Power);
        Assert.IsType<PowerOn>(steps[^1]);
        Assert.Single(steps.OfType<PowerOn>());
        Assert.Equal(
            [DpuNames.VolumeController(spec.Volumes[0].Id), DpuNames.ConfigDrive(spec.Instance!.Id), "NIC3"],
            dpu.Slots);
        Assert.Contains(dpu.Flows!.Flows, f => f.Contains("in_port=2,", StringComparison.Ordinal));
    }

    [Fact]
    public void SameSpec_WhenItHolds_NeedsNothing()
    {
        Converge(Specs.Instance(1));
        Assert.Empty(Plan(Specs.Instance(1)));
    }

    [Fact]
    public void Idle_AfterAnInstance_LeavesNothingBehind()
    {
        Converge(Specs.Instance(1));
        var steps = Converge(Specs.Idle(2));

        Assert.True(IndexOf<PowerOff>(steps) < IndexOf<Hotunplug>(steps));
        Assert.Empty(dpu.Slots);
        var observed = dpu.Observe();
        Assert.Empty(observed.Dpu.Bdevs);
        Assert.Empty(observed.Dpu.Controllers);
        Assert.Empty(observed.Dpu.FreeFunctions);
        Assert.Empty(observed.Network.Ports);
        Assert.DoesNotContain(dpu.Flows!.Flows, f => f.Contains("in_port=", StringComparison.Ordinal));
    }

    [Fact]
    public void DataVolume_OfARunningHost_ComesAndGoesWithoutPower()
    {
        var spec = Specs.Instance(1);
        Converge(spec);
        var attach = Converge(spec with { Generation = 2, Volumes = [.. spec.Volumes, Specs.Volume(2)] });
        var detach = Converge(spec with { Generation = 3 });

        Assert.Equal(
            [typeof(ConnectVolume), typeof(CreateFunction), typeof(CreateController), typeof(Hotplug)],
            attach.Select(a => a.GetType()));
        Assert.Equal(
            [typeof(Hotunplug), typeof(DestroyController), typeof(DestroyFunction), typeof(DeleteBdev)],
            detach.Select(a => a.GetType()));
    }

    [Fact]
    public void Volume_ReachedOtherwiseWhileItsFunctionIsPlugged_StaysUntilItIsUnplugged()
    {
        var first = Specs.Instance(2);
        var otherwise = first with { Volumes = [Specs.OverNbd(first.Volumes[0])] };
        Converge(first);

        Assert.Empty(Converge(otherwise));
        Converge(Specs.Idle());
        Converge(otherwise);

        Assert.Contains(DpuNames.VolumeBdev(otherwise.Volumes[0]), dpu.Observe().Dpu.Bdevs.Select(b => b.Name));
    }

    [Fact]
    public void ConfigDrive_WhenPortsChange_IsSwappedOnlyWhileTheHostIsOff()
    {
        var spec = Specs.Instance(1);
        Converge(spec, file: "/run/a.iso");
        var running = Converge(spec with { Generation = 2 }, file: "/run/b.iso");
        Assert.DoesNotContain(running, a => a is MakeConfigDrive or Hotunplug);

        Converge(spec with { Generation = 3, Power = PowerState.Off }, file: "/run/b.iso");
        Assert.Contains(dpu.Observe().Dpu.Bdevs, b => b.FileName == "/run/b.iso");
    }

    [Fact]
    public void AnotherInstance_WhileTheFirstRuns_IsPoweredOffFirst()
    {
        Converge(Specs.Instance(1));
        var steps = Converge(Specs.Instance(2, 2));

        Assert.Equal(0, IndexOf<PowerOff>([.. steps.Where(s => s.Subject.Kind != SubjectKind.Network)]));
        Assert.DoesNotContain(dpu.Observe().Dpu.Controllers, c => c.Name == DpuNames.VolumeController(Specs.Volume(1).Id));
        Assert.Equal(PowerState.On, dpu.Power);
    }

    [Fact]
    public void UnknownPower_WithASpecThatSaysOff_TakesNothingAway()
    {
        Converge(Specs.Instance(1));
        var plan = Planner.Plan(Specs.Idle(2), dpu.Observe() with { Power = null }, Context("f"));
        Assert.DoesNotContain(plan, a => a is Hotunplug or UnplugNic or DeleteBdev or DestroyController or PowerOff);
    }

    [Fact]
    public void OrphanFunction_OfACrash_IsTakenForTheNextDisk()
    {
        dpu.Do(new CreateFunction(Subject.Function));
        var steps = Converge(Specs.Instance(1));
        Assert.Single(steps.OfType<CreateFunction>());
        Assert.Empty(dpu.Observe().Dpu.FreeFunctions);
    }

    [Fact]
    public void HeldPower_AfterAShutdownRequest_StaysOff()
    {
        Converge(Specs.Instance(1));
        dpu.Power = PowerState.Off;
        Assert.Empty(Planner.Plan(Specs.Instance(1), dpu.Observe(), Context("/run/drive.iso") with { HoldPowerOn = true }));
    }

    [Fact]
    public void SwitchWithoutFlows_WhileEverythingElseHolds_GetsThemAgain()
    {
        Converge(Specs.Instance(1));
        var before = dpu.Flows;
        dpu.RestartSwitch();
        Assert.IsType<ReplaceFlows>(Assert.Single(Converge(Specs.Instance(1))));
        Assert.Equal(before!.Flows, dpu.Flows!.Flows);
    }

    /// <summary>Specs at random, killed after any action, failing anywhere: the order is never wrong and the last spec comes to hold.</summary>
    [Fact]
    public void AnySequence_OfSpecsCrashesAndFailures_ConvergesInAnOrderTheDpuTakes()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var node = new ModelDpu();
            NodeSpec spec = Specs.Idle();
            for (var generation = 1; generation <= 8; generation++)
            {
                spec = Specs.Any(random, generation);
                Disturb(node, spec, random, seed);
            }
            Settle(node, spec, seed);
        }
    }

    private static void Disturb(ModelDpu node, NodeSpec spec, Random random, int seed)
    {
        for (var pass = random.Next(6); pass > 0; pass--)
        {
            var failed = new HashSet<Subject>();
            node.NewPlan();
            if (random.Next(10) == 0)
                node.RestartSwitch();
            foreach (var action in Planner.Plan(spec, node.Observe(), Context(Drive(spec))))
            {
                if (random.Next(12) == 0)
                    break;
                if (failed.Contains(action.Subject) || (action.After is { } after && failed.Contains(after)) || random.Next(12) == 0)
                {
                    failed.Add(action.Subject);
                    continue;
                }
                DoChecked(node, spec, action, seed);
            }
        }
    }

    private static void Settle(ModelDpu node, NodeSpec spec, int seed)
    {
        for (var pass = 0; pass < 6; pass++)
        {
            node.NewPlan();
            var plan = Planner.Plan(spec, node.Observe(), Context(Drive(spec)));
            if (plan.Count == 0)
            {
                Assert.Equal(spec.Power, node.Power);
                Assert.Equal(spec.Volumes.Count + (spec.Instance is null ? 0 : 1) + spec.Ports.Count, node.Slots.Count());
                return;
            }
            foreach (var action in plan)
                DoChecked(node, spec, action, seed);
        }
        Assert.Fail($"seed {seed}: did not converge");
    }

    private static void DoChecked(ModelDpu node, NodeSpec spec, AgentAction action, int seed)
    {
        try
        {
            if (action is Hotunplug or UnplugNic && spec.Power == PowerState.Off && node.Power == PowerState.On)
                throw new WrongOrderException("a function was taken from a host that is to be off and runs");
            if (action is PowerOn)
            {
                var observed = node.Observe();
                if (spec.Volumes.Any(v => !observed.Dpu.Controllers.Any(c => c.Hotplugged && c.Name == DpuNames.VolumeController(v.Id)))
                    || observed.Dpu.Controllers.Count != spec.Volumes.Count + 1 || observed.Network.Ports.Count != spec.Ports.Count)
                    throw new WrongOrderException("power before everything is presented");
            }
            node.Do(action);
        }
        catch (WrongOrderException e)
        {
            Assert.Fail($"seed {seed}: {action}: {e.Message}");
        }
    }

    private static string? Drive(NodeSpec spec) =>
        spec.Instance is { } instance ? $"/run/{instance.Id}-{string.Join('.', spec.Ports.Select(p => p.Id.ToString()[^2..]))}.iso" : null;

    private static PlanContext Context(string? file) => new(IPAddress.Parse("10.30.0.11"), file);

    private IReadOnlyList<AgentAction> Plan(NodeSpec spec, string file = "/run/drive.iso") =>
        Planner.Plan(spec, dpu.Observe(), Context(spec.Instance is null ? null : file));

    private List<AgentAction> Converge(NodeSpec spec, string file = "/run/drive.iso")
    {
        var steps = new List<AgentAction>();
        for (var pass = 0; pass < 10; pass++)
        {
            dpu.NewPlan();
            var plan = Plan(spec, file);
            if (plan.Count == 0)
                return steps;
            foreach (var action in plan)
            {
                dpu.Do(action);
                steps.Add(action);
            }
        }
        throw new WrongOrderException("did not converge");
    }

    private static int IndexOf<T>(IReadOnlyList<AgentAction> steps) => steps.ToList().FindIndex(s => s is T);
}
