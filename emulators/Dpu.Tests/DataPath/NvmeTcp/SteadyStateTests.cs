using System.Globalization;
using Lab.Emulators.Dpu.Backend;
using Lab.Emulators.Dpu.DataPath;
using Lab.Emulators.Dpu.DataPath.NvmeTcp;
using Lab.Emulators.Dpu.State;
using Microsoft.Extensions.Logging.Abstractions;

namespace Lab.Emulators.Dpu.Tests.DataPath.NvmeTcp;

/// <summary>What the data path costs when it works, and when it does not.</summary>
public sealed class SteadyStateTests
{
    private const int Requests = 10_000;
    private const int Depth = 32;

    [Theory]
    [InlineData(0, 4096, false)]
    [InlineData(1, 4096, false)]
    [InlineData(1, 16384, false)]
    [InlineData(0, 65536, true)]
    public async Task TenThousandRequests_AllocateNothing(int operation, int length, bool digests)
    {
        await using var target = new ScriptedTarget();
        await using var rig = await InitiatorRig.AttachAsync(target, o => o with { Hdgst = digests, Ddgst = digests });
        var bdev = new DataPathBdev(
            new Bdev { Name = "b", Kind = BdevKind.Nvme, Uuid = Guid.Empty, BlockSize = 512, Limits = new RateLimits { RwIosPerSec = 10_000_000 } },
            rig.Device,
            TimeProvider.System);
        await using var io = await ChannelRig.OpenAsync(bdev.Device, rig.Io.Reactor);
        var load = new RandomLoad(io.Channel, (BlockOperation)operation, length, Depth, 1 << 20);
        await load.RunAsync(io.Reactor, 2000);
        Assert.Equal(0, await load.RunAsync(io.Reactor, Requests));
        Assert.Equal(Requests + 2000ul, operation == 0 ? bdev.Device.Count().NumReadOps : bdev.Device.Count().NumWriteOps);
    }

    [Fact]
    public async Task TwoHundredFiftySixControllers_Idle_CostLittle()
    {
        const int count = 256;
        await using var target = new ScriptedTarget();
        await using var reactor = new Reactor("idle", _ => { });
        await using var initiator = new NvmeInitiator(1, TimeProvider.System, NullLogger.Instance);
        var channels = new List<IIoChannel>();
        for (var i = 0; i < count; i++)
        {
            var name = "Nvme" + i.ToString(CultureInfo.InvariantCulture);
            await initiator.AttachAsync(
                new NvmeAttachment(InitiatorRig.Options with { Name = name, Paths = [InitiatorRig.PathTo(target.Port)] }, null, null), CancellationToken.None);
            await reactor.RunAsync(() => channels.Add(initiator.Find(name, 1)!.OpenChannel(reactor)));
        }
        await Eventually.TrueAsync("all queues are there", () => target.Connections.Count(c => c.QueueId == 1) == count);
        // Compilation in the background, and other tests, are not what it costs: it comes to rest.
        await Eventually.TrueAsync("256 controllers and their target's side cost less than 2 % of a core", async () =>
        {
            var cpu = Environment.CpuUsage.TotalTime;
            var start = TimeProvider.System.GetTimestamp();
            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, CancellationToken.None);
            var share = (Environment.CpuUsage.TotalTime - cpu) / TimeProvider.System.GetElapsedTime(start);
            TestContext.Current.TestOutputHelper?.WriteLine($"{share:P2} of a core, {Environment.WorkingSet >> 20} MiB in the whole process");
            return share < 0.02;
        });
        Assert.InRange(Environment.WorkingSet, 0, 600L << 20);
        await reactor.RunAsync(() => channels.ForEach(c => c.Dispose()));
        await initiator.DisposeAsync();
    }
}
