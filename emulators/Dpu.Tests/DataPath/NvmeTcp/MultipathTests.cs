using Lab.Emulators.Dpu.Backend;
using Lab.Emulators.Dpu.DataPath;
using Lab.Emulators.Dpu.State;

namespace Lab.Emulators.Dpu.Tests.DataPath.NvmeTcp;

public sealed class MultipathTests
{
    private const byte Optimized = 1;
    private const byte NonOptimized = 2;
    private const byte Inaccessible = 3;
    private const byte AnaPage = 0x0c;
    private const byte AnaChange = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task OptimizedPath_IsUsedBeforeTheOther_AndItsLossCostsNothing()
    {
        await using var worse = new ScriptedTarget { HasAna = true, AnaState = NonOptimized };
        await using var better = new ScriptedTarget { HasAna = true, ControllerIdFirst = 100, Store = worse.Store };
        await using var rig = await InitiatorRig.AttachAsync(worse);
        await AddAsync(rig, worse, better);
        await UseUntilAsync(rig, better);
        var before = worse.Commands.Count;
        await rig.Io.ReadAsync(0, 512);
        Assert.Equal(before, worse.Commands.Count);

        // Under way over the path that is lost: goes over the other at once.
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        better.Script = _ =>
        {
            arrived.TrySetResult();
            return Task.FromResult(true);
        };
        using var write = new TestRequest(BlockOperation.Write, 4096, 4096).Fill(6);
        await rig.Io.SubmitAsync(write);
        await arrived.Task.WaitAsync(Patience);
        await better.StopAsync();
        Assert.Equal(BlockStatus.Ok, await write.Completed.WaitAsync(Patience));
        Assert.Equal(1, write.Completions);
        Assert.Contains(worse.Commands, c => c is { Opcode: 1, Offset: 4096 });

        better.Script = _ => Task.FromResult(false);
        better.Restart();
        await UseUntilAsync(rig, better);
    }

    [Fact]
    public async Task AnaChange_MovesTheIo()
    {
        await using var first = new ScriptedTarget { HasAna = true };
        await using var second = new ScriptedTarget { HasAna = true, ControllerIdFirst = 100, Store = first.Store, AnaState = Inaccessible };
        await using var rig = await InitiatorRig.AttachAsync(first);
        await AddAsync(rig, first, second);
        await rig.Io.ReadAsync(0, 512);
        Assert.Empty(second.Commands);
        first.AnaState = Inaccessible;
        second.AnaState = Optimized;
        await first.NotifyAsync(AnaChange, AnaPage);
        await second.NotifyAsync(AnaChange, AnaPage);
        await UseUntilAsync(rig, second);
    }

    [Fact]
    public async Task Inaccessible_AsAnAnswer_SendsTheCommandOverTheOtherPath()
    {
        await using var first = new ScriptedTarget { HasAna = true };
        await using var second = new ScriptedTarget { HasAna = true, ControllerIdFirst = 100, Store = first.Store, AnaState = NonOptimized };
        await using var rig = await InitiatorRig.AttachAsync(first);
        await AddAsync(rig, first, second);
        await Eventually.TrueAsync("the second path has its queue", () => second.Connections.Any(c => c.QueueId == 1));
        first.Script = async command =>
        {
            first.AnaState = Inaccessible;
            await command.Connection.Wire.RespondAsync(command.Id, 0x302);
            return true;
        };
        Assert.Equal(BlockStatus.Ok, await rig.Io.WriteAsync(0, 512, 8));
        Assert.Equal(8, first.Store[0]);
        Assert.Single(first.Commands);
        Assert.Single(second.Commands);
    }

    [Fact]
    public async Task AllPathsInaccessible_IoWaits()
    {
        await using var target = new ScriptedTarget { HasAna = true, AnaState = Inaccessible };
        await using var rig = await InitiatorRig.AttachAsync(target);
        using var read = new TestRequest(BlockOperation.Read, 0, 512);
        await rig.Io.SubmitAsync(read);
        await Eventually.TrueAsync("the queue is there", () => target.Connections.Any(c => c.QueueId == 1));
        Assert.False(read.Completed.IsCompleted);
        target.AnaState = Optimized;
        await Eventually.TrueAsync("an event is asked for, and the read is done", async () =>
        {
            await target.NotifyAsync(AnaChange, AnaPage);
            return read.Completed.IsCompleted;
        });
        Assert.Equal(BlockStatus.Ok, await read.Completed);
    }

    [Fact]
    public async Task Failover_ConnectsOnePathAtATime()
    {
        await using var first = new ScriptedTarget();
        await using var second = new ScriptedTarget { ControllerIdFirst = 100, Store = first.Store };
        await using var rig = await InitiatorRig.AttachAsync(first, o => o with { Multipath = MultipathMode.Failover });
        await rig.Io.ReadAsync(0, 512);
        await AddAsync(rig, first, second, MultipathMode.Failover);
        await rig.Io.ReadAsync(0, 512);
        Assert.Equal(0, second.Associations);
        await first.StopAsync();
        Assert.Equal(BlockStatus.Ok, await rig.Io.WriteAsync(0, 512, 4));
        Assert.Equal(1, second.Associations);
        Assert.Equal(InitiatorRig.PathTo(second.Port), Assert.Single(rig.Initiator.Describe("Nvme0")).Path);
    }

    [Fact]
    public async Task PathDetached_UnderIo_LosesNothing()
    {
        await using var first = new ScriptedTarget();
        await using var second = new ScriptedTarget { ControllerIdFirst = 100, Store = first.Store };
        await using var rig = await InitiatorRig.AttachAsync(first);
        await AddAsync(rig, first, second);
        first.Script = _ => Task.FromResult(true);
        using var write = new TestRequest(BlockOperation.Write, 512, 512).Fill(3);
        await rig.Io.SubmitAsync(write);
        await rig.Initiator.DetachAsync("Nvme0", InitiatorRig.PathTo(first.Port));
        Assert.Equal(BlockStatus.Ok, await write.Completed.WaitAsync(Patience));
        Assert.Equal(3, second.Store[512]);
        Assert.Single(rig.Initiator.Describe("Nvme0"));
    }

    private static Task<IReadOnlyList<NvmeNamespaceInfo>> AddAsync(
        InitiatorRig rig, ScriptedTarget first, ScriptedTarget second, MultipathMode mode = MultipathMode.Multipath) =>
        rig.Initiator.AttachAsync(
            new NvmeAttachment(
                InitiatorRig.Options with { Paths = [InitiatorRig.PathTo(first.Port), InitiatorRig.PathTo(second.Port)], Multipath = mode },
                null,
                null),
            CancellationToken.None);

    private static Task UseUntilAsync(InitiatorRig rig, ScriptedTarget target) => Eventually.TrueAsync("I/O takes the path", async () =>
    {
        var before = target.Commands.Count;
        await rig.Io.ReadAsync(0, 512);
        return target.Commands.Count > before;
    });
}
