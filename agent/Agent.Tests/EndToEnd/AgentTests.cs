using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Lab.Agent.Dpu;
using Lab.Agent.Tests.Network;
using Lab.Agent.Tests.Reconcile;
using Lab.Contracts.Link;
using Lab.Contracts.Telemetry;
using Lab.Protocols.JsonRpc;

namespace Lab.Agent.Tests.EndToEnd;

/// <summary>The agent as a whole, over its real wires.</summary>
public sealed class AgentTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Instance_FromEnrolmentToRemoval_IsPresentedAndGoneAgain()
    {
        await using var rig = await AgentRig.StartAsync(Token);
        rig.Manager.Spec = Specs.Instance(1) with { Volumes = [Specs.Volume(1, 0, new VolumeQos(2000, 0)), Specs.Volume(2)] };
        await rig.Manager.UntilConvergedAsync(1, Token);

        var registration = Assert.Single(rig.Manager.Registrations);
        Assert.Equal(FakeBmc.Uuid, registration.Inventory.SystemUuid);
        Assert.Equal((2, 512, AgentHost.FunctionsMax), (registration.Inventory.Vcpus, registration.Inventory.MemoryMiB, registration.Inventory.FunctionsMax));
        Assert.Equal($"nqn.2014-08.org.nvmexpress:uuid:{FakeBmc.Uuid}", registration.HostNqn);

        var status = rig.Manager.Statuses.Last();
        Assert.Equal(PowerState.On, status.Power);
        Assert.All(status.Volumes, v => Assert.Equal(FunctionState.Presented, v.State));
        Assert.Equal(["01:00.0", "03:00.0"], status.Volumes.Select(v => v.PciAddress));
        Assert.Equal(["00000001-0000-4000-8"], status.Volumes.Select(v => v.Serial).Distinct());
        Assert.Equal(FunctionState.Presented, Assert.Single(status.Ports).State);
        Assert.Equal(["On"], rig.Bmc.Resets);
        Assert.Equal([DpuNames.VolumeTarget(Specs.Volume(2).Id)], rig.Dpu.Keys);
        Assert.Single(Directory.GetFiles(rig.RunDirectory, "*.iso"));
        Assert.Contains("192.168.1.1", await rig.Node.RunAsync("ovs-ofctl dump-flows br-int", Token), StringComparison.Ordinal);

        await rig.Manager.ApplyAsync(Specs.Idle(2), Token);
        await rig.Manager.UntilConvergedAsync(2, Token);
        Assert.Equal(["On", "ForceOff"], rig.Bmc.Resets);
        Assert.Empty(rig.Dpu.Model.Slots);
        Assert.Empty(rig.Manager.Statuses.Last().Volumes);
        Assert.Empty(rig.Manager.Statuses.Last().Ports);
        Assert.Empty(Directory.GetFiles(rig.RunDirectory));
        Assert.Empty(rig.Dpu.Keys);
        Assert.Equal("vxlan0\n", await rig.Node.RunAsync("ovs-vsctl list-ports br-int", Token));
    }

    [Fact]
    public async Task Phases_OfAnOperation_ContinueItsTrace()
    {
        var ended = new ConcurrentQueue<Activity>();
        var trace = ActivityTraceId.CreateRandom();
        using var listener = new ActivityListener
        {
            ShouldListenTo = s => s.Name == OperationActivities.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = ended.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await using var rig = await AgentRig.StartAsync(Token);
        rig.Manager.Spec = Specs.Instance(1) with { TraceParent = $"00-{trace}-{ActivitySpanId.CreateRandom()}-01" };
        await rig.Manager.UntilConvergedAsync(1, Token);
        Assert.Equal(
            [OperationActivities.Connect, OperationActivities.Power, OperationActivities.Present],
            ended.Where(a => a.TraceId == trace).Select(a => a.OperationName).Distinct().Order());
    }

    [Fact]
    public async Task Agent_StoppedAnywhere_GoesOnFromWhatItReadsBack()
    {
        await using var rig = await AgentRig.StartAsync(Token);
        rig.Manager.Spec = Specs.Idle(1);
        await rig.Manager.UntilConvergedAsync(1, Token);
        // Stopped once after every number of changes that the first instance takes.
        for (var calls = 1; calls <= 8; calls++)
        {
            var generation = 2 * calls;
            rig.Dpu.Calls.Clear();
            rig.Manager.Spec = Specs.Instance(1, generation);
            await rig.StopAgentAsync();
            rig.StartAgent();
            await Tool.UntilAsync(() => Task.FromResult(rig.Dpu.Calls.Count >= calls), "calls", Token);
            await rig.StopAgentAsync();
            rig.StartAgent();
            await rig.Manager.UntilConvergedAsync(generation, Token);
            rig.Bmc.IsOn = false;
            await rig.Manager.ApplyAsync(Specs.Idle(generation + 1), Token);
            await rig.Manager.UntilConvergedAsync(generation + 1, Token);
            Assert.Empty(rig.Dpu.Model.Slots);
            Assert.Empty(rig.Dpu.Model.Observe().Dpu.FreeFunctions);
        }
    }

    [Fact]
    public async Task OlderGeneration_AlsoAfterARestart_IsRefused()
    {
        await using var rig = await AgentRig.StartAsync(Token);
        rig.Manager.Spec = Specs.Idle(5);
        await rig.Manager.UntilConvergedAsync(5, Token);
        Assert.Equal(LinkErrors.StaleGeneration, (await Assert.ThrowsAsync<JsonRpcException>(() => rig.Manager.ApplyAsync(Specs.Instance(1, 4), Token))).Code);

        rig.Manager.Spec = null;
        await rig.StopAgentAsync();
        rig.Manager.Statuses.Clear();
        rig.StartAgent();
        await rig.Manager.UntilStatusAsync(_ => true, "a status", Token);
        Assert.Equal(LinkErrors.StaleGeneration, (await Assert.ThrowsAsync<JsonRpcException>(() => rig.Manager.ApplyAsync(Specs.Instance(1, 4), Token))).Code);
        Assert.Empty(rig.Dpu.Model.Slots);
        await rig.Manager.ApplyAsync(Specs.Idle(5), Token);
    }

    [Fact]
    public async Task FailingVolume_IsToldAndTriedAgain_WithoutPowerBefore()
    {
        await using var rig = await AgentRig.StartAsync(Token);
        rig.Dpu.Fails = name => name == "bdev_nbd_create";
        rig.Manager.Spec = Specs.Instance(1);
        await rig.Manager.UntilStatusAsync(s => s.Volumes.Any(v => v.State == FunctionState.Failed), "the volume fails", Token);
        var status = rig.Manager.Statuses.Last();
        Assert.Contains("Input/output error", status.Error, StringComparison.Ordinal);
        Assert.False(status.Converged);
        Assert.Empty(rig.Dpu.Model.Slots);
        Assert.Empty(rig.Bmc.Resets);

        rig.Dpu.Fails = _ => false;
        await rig.Manager.UntilConvergedAsync(1, Token);
        Assert.Null(rig.Manager.Statuses.Last().Error);
    }

    [Fact]
    public async Task Link_WhenTheManagerRestarts_ComesBackByItself()
    {
        await using var rig = await AgentRig.StartAsync(Token);
        rig.Manager.Spec = Specs.Idle(1);
        await rig.Manager.UntilConvergedAsync(1, Token);
        await rig.Manager.RestartAsync(Token);
        rig.Manager.Spec = Specs.Idle(2);
        await Tool.UntilAsync(() => Task.FromResult(rig.Manager.Registrations.Count >= 2), "a second registration", Token);
        await rig.Manager.UntilConvergedAsync(2, Token);
    }

    [Fact]
    public async Task Requests_OfTheManager_ReachTheBmcOnce()
    {
        await using var rig = await AgentRig.StartAsync(Token);
        rig.Manager.Spec = Specs.Instance(1);
        await rig.Manager.UntilConvergedAsync(1, Token);

        var console = await rig.Manager.AskAsync(LinkMethods.ReadConsole, new ConsoleRequest(2), Token);
        Assert.Equal("second\nlogin: ", console.Deserialize(LinkJson.Default.ConsoleReply)!.Text);

        var reset = new ResetRequest(Guid.NewGuid(), ResetType.ForceRestart);
        await rig.Manager.AskAsync(LinkMethods.Reset, reset, Token);
        await rig.Manager.AskAsync(LinkMethods.Reset, reset, Token);
        Assert.Equal(["On", "ForceRestart"], rig.Bmc.Resets);

        // A BMC that was reset knows its accounts no more: the agent asks for new ones.
        rig.Bmc.ForgetAccounts();
        await rig.Manager.AskAsync(LinkMethods.Reset, new ResetRequest(Guid.NewGuid(), ResetType.GracefulShutdown), Token);
        Assert.Equal(2, rig.Bmc.Issued);
        await rig.Manager.UntilStatusAsync(s => s.Power == PowerState.Off, "off", Token);
        Assert.DoesNotContain("On", rig.Bmc.Resets.Skip(1));
    }

    [Fact]
    public async Task BadRequests_AreRefusedAndChangeNothing()
    {
        await using var rig = await AgentRig.StartAsync(Token);
        rig.Manager.Spec = Specs.Idle(1);
        await rig.Manager.UntilConvergedAsync(1, Token);
        var bad = Specs.Instance(1, 2) with { Ports = [Specs.Port(1) with { MacAddress = "x" }] };
        Assert.Equal(JsonRpcErrors.InvalidParams, (await Assert.ThrowsAsync<JsonRpcException>(() => rig.Manager.AskAsync(LinkMethods.Apply, bad, Token))).Code);
        Assert.Equal(JsonRpcErrors.InvalidParams,
            (await Assert.ThrowsAsync<JsonRpcException>(() => rig.Manager.AskAsync(LinkMethods.Reset, new ConsoleRequest(1), Token))).Code);
        Assert.Equal(1, rig.Manager.Statuses.Last().Generation);
    }
}
