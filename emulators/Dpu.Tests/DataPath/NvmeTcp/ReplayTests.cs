using System.Collections.Concurrent;
using Lab.Emulators.Dpu.DataPath;

namespace Lab.Emulators.Dpu.Tests.DataPath.NvmeTcp;

/// <summary>What becomes of I/O when its connection is lost; the rules are WriteGuard's.</summary>
public sealed class ReplayTests
{
    private const byte Write = 1;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(31)]
    public async Task InFlight_WhenTheTargetDies_IsReplayedAndAcknowledgedOnce(int answered)
    {
        await using var target = new ScriptedTarget();
        await using var rig = await InitiatorRig.AttachAsync(target);
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var count = 0;
        target.Script = command =>
        {
            if (command.Association > 1)
                return Task.FromResult(false);
            var number = Interlocked.Increment(ref count);
            if (number == 32)
                arrived.SetResult();
            return Task.FromResult(number > answered);
        };
        var requests = Enumerable.Range(0, 32)
            .Select(i => new TestRequest(BlockOperation.Write, (ulong)i * 4096, 4096).Fill((byte)(i + 1))).ToArray();
        await rig.Io.SubmitAsync(requests);
        await arrived.Task.WaitAsync(Patience);
        // An answer that is on its way when the target dies is none.
        await Eventually.TrueAsync("the answers to have come", () => requests.Count(r => r.Completed.IsCompleted) == answered);
        target.KillConnections();
        Assert.All(await Task.WhenAll(requests.Select(r => r.Completed)).WaitAsync(Patience), s => Assert.Equal(BlockStatus.Ok, s));
        Assert.Equal(BlockStatus.Ok, await rig.Io.DoAsync(BlockOperation.Flush));
        for (var i = 0; i < 32; i++)
            Assert.True(target.Store.AsSpan(i * 4096, 4096).IndexOfAnyExcept((byte)(i + 1)) < 0);
        Assert.All(requests, r => Assert.Equal(1, r.Completions));
        // What was answered is not sent again.
        Assert.Equal(32 - answered, target.Commands.Count(c => c is { Association: 2, Opcode: Write }));
        Array.ForEach(requests, r => r.Dispose());
    }

    [Fact]
    public async Task OverlappingWrite_WaitsForTheEarlierOne_AndNothingElseDoes()
    {
        await using var target = new ScriptedTarget();
        await using var rig = await InitiatorRig.AttachAsync(target);
        var held = new ConcurrentQueue<TargetCommand>();
        target.Script = command =>
        {
            if (command.Opcode != Write || !held.IsEmpty)
                return Task.FromResult(false);
            held.Enqueue(command);
            return Task.FromResult(true);
        };
        using var first = new TestRequest(BlockOperation.Write, 4096, 4096).Fill(1);
        using var second = new TestRequest(BlockOperation.Write, 6144, 4096).Fill(2);
        await rig.Io.SubmitAsync(first, second);
        Assert.Equal(BlockStatus.Ok, await rig.Io.WriteAsync(16384, 4096, 3));
        await rig.Io.ReadAsync(4096, 4096);
        Assert.Equal(BlockStatus.Ok, await rig.Io.DoAsync(BlockOperation.Flush));
        Assert.DoesNotContain(target.Commands, c => c.Offset == 6144);
        Assert.True(held.TryPeek(out var command));
        await command.Connection.ExecuteAsync(command);
        Assert.Equal(BlockStatus.Ok, await first.Completed.WaitAsync(Patience));
        Assert.Equal(BlockStatus.Ok, await second.Completed.WaitAsync(Patience));
        Assert.Equal((1, 2, 2), (target.Store[6143], target.Store[6144], target.Store[10239]));
    }

    [Fact]
    public async Task OldConnection_ThatStillExecutesAWrite_CannotOvertakeANewerOne()
    {
        await using var target = new ScriptedTarget();
        await using var rig = await InitiatorRig.AttachAsync(target);
        var stuck = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var first = await LoseWhileTargetIsStuckAsync(target, rig, stuck);

        // The replay needs no fence; a newer write of the same blocks does.
        Assert.Equal(BlockStatus.Ok, await first.Completed.WaitAsync(Patience));
        using var newer = new TestRequest(BlockOperation.Write, 4096, 4096).Fill(9);
        await rig.Io.SubmitAsync(newer);
        Assert.Equal(BlockStatus.Ok, await rig.Io.WriteAsync(65536, 4096, 3));
        Assert.False(newer.Completed.IsCompleted);
        Assert.Equal(2, target.Commands.Count(c => c.Offset == 4096));

        // The target gets round to the old write, and closes the old connection.
        stuck.SetResult();
        Assert.Equal(BlockStatus.Ok, await newer.Completed.WaitAsync(Patience));
        Assert.Equal(9, target.Store[4096]);
        Assert.Equal([1, 2, 2], target.Commands.Where(c => c.Offset == 4096).Select(c => c.Association));
        first.Dispose();
    }

    [Fact]
    public async Task OldConnection_OfWhichNothingIsHeard_IsOverAfterTwoKeepAliveTimeouts()
    {
        await using var target = new ScriptedTarget();
        await using var rig = await InitiatorRig.AttachAsync(target, o => o with { KeepAliveTimeoutMs = 700 });
        var stuck = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var start = TimeProvider.System.GetTimestamp();
        var first = await LoseWhileTargetIsStuckAsync(target, rig, stuck);
        Assert.Equal(BlockStatus.Ok, await first.Completed.WaitAsync(Patience));
        Assert.Equal(BlockStatus.Ok, await rig.Io.WriteAsync(4096, 4096, 9));
        Assert.True(TimeProvider.System.GetElapsedTime(start) > TimeSpan.FromSeconds(1.3));
        stuck.SetResult();
        first.Dispose();
    }

    [Fact]
    public async Task Io_WhileTheTargetIsAway_WaitsForIt()
    {
        await using var target = new ScriptedTarget();
        await using var rig = await InitiatorRig.AttachAsync(target);
        await rig.Io.ReadAsync(0, 512);
        await target.StopAsync();
        using var waiting = new TestRequest(BlockOperation.Write, 0, 512).Fill(5);
        await rig.Io.SubmitAsync(waiting);
        await Eventually.TrueAsync("the loss is noticed", () => rig.Initiator.Describe("Nvme0")[0].State == "resetting");
        Assert.False(waiting.Completed.IsCompleted);
        target.Restart();
        Assert.Equal(BlockStatus.Ok, await waiting.Completed.WaitAsync(Patience));
        Assert.Equal(5, target.Store[0]);
        Assert.Equal("enabled", rig.Initiator.Describe("Nvme0")[0].State);
    }

    [Fact]
    public async Task FastIoFail_Over_FailsWhatWaits_AndTheTargetIsTakenBack()
    {
        await using var target = new ScriptedTarget();
        await using var rig = await InitiatorRig.AttachAsync(target, o => o with { FastIoFailTimeoutSec = 1 });
        await rig.Io.ReadAsync(0, 512);
        await target.StopAsync();
        Assert.Equal(BlockStatus.IoError, await rig.Io.DoAsync(BlockOperation.Read, 0, 512));
        Assert.Equal(BlockStatus.IoError, await rig.Io.DoAsync(BlockOperation.Flush));
        target.Restart();
        await Eventually.TrueAsync("it serves again", async () => await rig.Io.DoAsync(BlockOperation.Read, 0, 512) == BlockStatus.Ok);
    }

    [Fact]
    public async Task CtrlrLossTimeout_Over_GivesUp()
    {
        await using var target = new ScriptedTarget();
        await using var rig = await InitiatorRig.AttachAsync(target, o => o with { CtrlrLossTimeoutSec = 1 });
        await rig.Io.ReadAsync(0, 512);
        await target.StopAsync();
        Assert.Equal(BlockStatus.IoError, await rig.Io.DoAsync(BlockOperation.Read, 0, 512));
        Assert.Equal("failed", rig.Initiator.Describe("Nvme0")[0].State);
    }

    [Fact]
    public async Task KeepAlive_Unanswered_EndsTheAssociation()
    {
        await using var target = new ScriptedTarget { KeepsAlive = false };
        await using var rig = await InitiatorRig.AttachAsync(target, o => o with { KeepAliveTimeoutMs = 300 });
        await Eventually.TrueAsync("a second association", () => target.Associations > 1);
        target.KeepsAlive = true;
        await rig.Io.ReadAsync(0, 512);
    }

    [Fact]
    public async Task KeepAlive_Answered_KeepsTheAssociation()
    {
        await using var target = new ScriptedTarget();
        await using var rig = await InitiatorRig.AttachAsync(target, o => o with { KeepAliveTimeoutMs = 100 });
        await Eventually.TrueAsync("some were answered", () => target.KeepAlives > 10);
        Assert.Equal(1, target.Associations);
    }

    /// <summary>A write is at a target that does not move; the host loses patience with that connection and makes another.</summary>
    private static async Task<TestRequest> LoseWhileTargetIsStuckAsync(ScriptedTarget target, InitiatorRig rig, TaskCompletionSource stuck)
    {
        var arrived = new TaskCompletionSource<TargetCommand>(TaskCreationOptions.RunContinuationsAsynchronously);
        target.Script = async command =>
        {
            if (command.Association > 1)
                return false;
            arrived.TrySetResult(command);
            await stuck.Task;
            return false;
        };
        var write = new TestRequest(BlockOperation.Write, 4096, 4096).Fill(1);
        await rig.Io.SubmitAsync(write);
        var command = await arrived.Task.WaitAsync(Patience);
        // No command has this ID: the host must drop the connection.
        await command.Connection.Wire.RespondAsync((ushort)(command.Id ^ 0x55));
        return write;
    }
}
