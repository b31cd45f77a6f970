using System.Text.Json.Nodes;
using Lab.Emulators.Dpu.Backend;
using Lab.Emulators.Dpu.DataPath;
using Lab.Emulators.Dpu.DataPath.Statistics;
using Lab.Emulators.Dpu.DataPath.Vhost;
using Lab.Emulators.Dpu.State;
using Lab.Emulators.Dpu.Tests.DataPath.NvmeTcp;
using Lab.Protocols.VhostUser;

namespace Lab.Emulators.Dpu.Tests.DataPath.Vhost;

/// <summary>Where the time of a ring's requests goes, of those that are sampled: the first, and each that follows it by 61.</summary>
public sealed class RequestStagesTests
{
    private const int BatchSize = 5;

    /// <summary>Batches before the one whose second request is the second to be sampled.</summary>
    private const int BatchesBefore = StageSampler.Every / BatchSize;

    private readonly StepTime time = new();

    [Fact]
    public async Task Stages_OfASampledRequest_AreItsTimeFromSeenToTold()
    {
        var device = new HookedDevice { Submitted = () => time.Now += 10 };
        var bdev = Over(device);
        await using var rig = new RingRig(bdev.Device);
        var queue = rig.NewQueue();
        await rig.StartAsync(queue);
        for (var i = 0; i <= BatchesBefore; i++)
            await BatchAsync(rig, queue);
        var json = bdev.Device.Stages.ToJson();
        Assert.Equal(StageSampler.Every, (int)json["sampling"]!);
        // What the device never told, as a local disk does not, is no stage: all of it is the device's.
        Assert.Equal(["guest_queue", "vhost", "qos", "remote", "complete"], json["stages"]!.AsObject().Select(stage => stage.Key));
        // The first of a batch waits for nobody, the second for one; and for the device each waits until all five are there.
        Assert.Equal("[[0,1],[10,1]]", Buckets(json["stages"]!["guest_queue"]!));
        Assert.Equal("[[0,2]]", Buckets(json["stages"]!["vhost"]!));
        Assert.Equal("[[0,2]]", Buckets(json["stages"]!["qos"]!));
        Assert.Equal("[[40,1],[50,1]]", Buckets(json["stages"]!["remote"]!));
        Assert.Equal("[[0,2]]", Buckets(json["stages"]!["complete"]!));
        Assert.Equal("[[50,2]]", Buckets(json["total"]!));
        await rig.StopAsync(queue);
    }

    [Fact]
    public async Task Request_BeyondItsLimits_HasWaitedForThem()
    {
        var bdev = Over(new HookedDevice());
        await using var rig = new RingRig(bdev.Device);
        var queue = rig.NewQueue();
        await rig.StartAsync(queue);
        for (var i = 0; i < BatchesBefore; i++)
            await BatchAsync(rig, queue);
        bdev.Limit(new RateLimits { RwMbytesPerSec = 1 });
        // More than there is at once: the next waits.
        var wanted = (ushort)(rig.UsedIndex + 2);
        Offer(rig, 0, 128 * 1024);
        Offer(rig, 3, 4096);
        await rig.Reactor.RunAsync(queue.Process);
        Assert.Equal(wanted - 1, rig.UsedIndex);
        time.Now += 1000;
        bdev.Limit(RateLimits.None);
        await Eventually.TrueAsync("the limit is gone", () => rig.UsedIndex == wanted);
        var json = bdev.Device.Stages.ToJson();
        Assert.Equal(1000, (double)json["stages"]!["qos"]!["sum_ns"]!);
        Assert.Equal(1000, (double)json["total"]!["sum_ns"]!);
        await rig.StopAsync(queue);
    }

    [Fact]
    public async Task Stages_OverTheNetwork_AddUpToTheWhole()
    {
        const int batches = 40;
        await using var target = new ScriptedTarget();
        await using var initiator = await InitiatorRig.AttachAsync(target);
        var bdev = new DataPathBdev(Bdev, initiator.Device, TimeProvider.System);
        await using var rig = new RingRig(bdev.Device, reactor: initiator.Io.Reactor);
        var queue = rig.NewQueue();
        await rig.StartAsync(queue);
        for (var i = 0; i < batches; i++)
            await BatchAsync(rig, queue);
        await rig.StopAsync(queue);
        var json = bdev.Device.Stages.ToJson();
        var stages = json["stages"]!.AsObject();
        Assert.Equal(Enum.GetValues<RequestStage>().Select(RequestStages.NameOf), stages.Select(stage => stage.Key));
        const int sampled = ((batches * BatchSize) + StageSampler.Every - 1) / StageSampler.Every;
        Assert.All(stages.Append(new("total", json["total"])), stage => Assert.Equal(sampled, (long)stage.Value!["count"]!));
        // Each is rounded to a nanosecond.
        Assert.Equal((double)json["total"]!["sum_ns"]!, stages.Sum(stage => (double)stage.Value!["sum_ns"]!), stages.Count);
        Assert.True((double)stages["remote"]!["sum_ns"]! > 0);
    }

    [Fact]
    public async Task Request_ThatNeverGotToTheDevice_IsNoSample()
    {
        var bdev = Over(new HookedDevice());
        await using var rig = new RingRig(bdev.Device);
        var queue = rig.NewQueue();
        await rig.StartAsync(queue);
        Offer(rig, 0, 4096, sector: ulong.MaxValue);
        await rig.Reactor.RunAsync(queue.Process);
        Assert.Equal(1, rig.UsedIndex);
        Assert.Null(bdev.Device.Stages.ToJson()["total"]);
        await rig.StopAsync(queue);
    }

    private static Bdev Bdev => new() { Name = "b", Kind = BdevKind.Nvme, Uuid = Guid.Empty, BlockSize = 512 };

    private DataPathBdev Over(HookedDevice device) => new(Bdev, device, time);

    /// <summary>Five reads that the driver shows at once.</summary>
    private static async Task BatchAsync(RingRig rig, VirtQueue queue)
    {
        var wanted = (ushort)(rig.UsedIndex + BatchSize);
        for (var i = 0; i < BatchSize; i++)
            Offer(rig, (ushort)(i * 3), 4096);
        await rig.Reactor.RunAsync(queue.Process);
        await Eventually.TrueAsync("the batch is done", () => rig.UsedIndex == wanted);
    }

    private static unsafe void Offer(RingRig rig, ushort head, uint length, ulong sector = 0) => rig.Request(head, VirtioBlkType.In, sector, 0x8000, length);

    private static string Buckets(JsonNode histogram) => histogram["buckets"]!.ToJsonString();

    /// <summary>A clock that goes only when it is told to.</summary>
    private sealed class StepTime : TimeProvider
    {
        public long Now { get; set; } = 1;

        public override long TimestampFrequency => 1_000_000_000;

        public override long GetTimestamp() => Now;
    }
}
