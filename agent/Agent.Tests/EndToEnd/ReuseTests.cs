using Lab.Agent.Reconcile;
using Lab.Agent.Tests.Reconcile;

namespace Lab.Agent.Tests.EndToEnd;

/// <summary>How long what was read of power and network, always both together, stands in for reading them again.</summary>
public sealed class ReuseTests
{
    private static readonly TimeSpan Often = Reconciler.Period * 0.4;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task SpecsThatKeepComing_ReuseAnObservation_ButNoOldOne()
    {
        var time = new HandMovedTime();
        await using var rig = await AgentRig.StartAsync(Token, time);
        rig.Manager.Spec = Specs.Instance(1);
        await rig.Manager.UntilConvergedAsync(1, Token);

        for (var round = 0; round < 2; round++)
        {
            // The first spec of a round comes right after a reading.
            Assert.Equal((0, 0), await NextSpecAsync(rig, time, Often));
            Assert.Equal((0, 0), await NextSpecAsync(rig, time, Often));
            Assert.Equal((0, 1), await NextSpecAsync(rig, time, Often));
        }
        // Too old even for the first steps.
        Assert.Equal((1, 1), await NextSpecAsync(rig, time, Reconciler.Period * 2));
    }

    /// <summary>A spec with a volume more or less than the one before, after some time.</summary>
    /// <returns>How often power was read before the first step, and until all held.</returns>
    private static async Task<(int BeforeSteps, int Whole)> NextSpecAsync(AgentRig rig, HandMovedTime time, TimeSpan after)
    {
        var before = rig.Bmc.Reads;
        int? atFirstStep = null;
        rig.Dpu.Fails = _ =>
        {
            atFirstStep ??= rig.Bmc.Reads;
            return false;
        };
        time.Pass(after);
        var generation = rig.Manager.Spec!.Generation + 1;
        var spec = Specs.Instance(1, generation);
        await rig.Manager.ApplyAsync(generation % 2 == 0 ? spec with { Volumes = [.. spec.Volumes, Specs.Volume(2)] } : spec, Token);
        await rig.Manager.UntilConvergedAsync(generation, Token);
        return (atFirstStep!.Value - before, rig.Bmc.Reads - before);
    }
}
