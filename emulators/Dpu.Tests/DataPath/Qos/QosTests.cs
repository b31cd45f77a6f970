using Lab.Emulators.Dpu.DataPath;
using Lab.Emulators.Dpu.DataPath.Devices;
using Lab.Emulators.Dpu.DataPath.Qos;
using Lab.Emulators.Dpu.State;

namespace Lab.Emulators.Dpu.Tests.DataPath.Qos;

public sealed class QosTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(1000, 0, 0, 0, 1500, 512, 1.3)]
    [InlineData(0, 2, 0, 0, 64, 65536, 1.8)]
    [InlineData(0, 0, 0, 2, 64, 65536, 1.8)]
    public async Task Writes_BeyondALimit_TakeTheTimeItSays(ulong ios, ulong total, ulong read, ulong written, int count, int length, double seconds)
    {
        await using var rig = await OpenAsync(new RateLimits { RwIosPerSec = ios, RwMbytesPerSec = total, RMbytesPerSec = read, WMbytesPerSec = written });
        var load = new RandomLoad(rig.Io.Channel, BlockOperation.Write, length, 16, 1 << 24);
        var start = TimeProvider.System.GetTimestamp();
        await load.RunAsync(rig.Io.Reactor, count);
        var took = TimeProvider.System.GetElapsedTime(start).TotalSeconds;
        Assert.InRange(took, seconds, seconds * 3);
    }

    [Fact]
    public async Task Reads_BesideALimitOfWrites_AreNotHeldUp()
    {
        await using var rig = await OpenAsync(new RateLimits { WMbytesPerSec = 1 });
        var load = new RandomLoad(rig.Io.Channel, BlockOperation.Read, 65536, 16, 1 << 24);
        var start = TimeProvider.System.GetTimestamp();
        // 64 MiB: a minute at the limit of writes.
        await load.RunAsync(rig.Io.Reactor, 1024);
        Assert.InRange(TimeProvider.System.GetElapsedTime(start).TotalSeconds, 0, 10);
    }

    [Fact]
    public async Task Change_WhileRequestsWait_LetsThemGo()
    {
        await using var rig = await OpenAsync(new RateLimits { RwMbytesPerSec = 1 });
        var requests = Enumerable.Range(0, 32).Select(i => new TestRequest(BlockOperation.Write, (ulong)i << 20, 1 << 20)).ToArray();
        await rig.Io.SubmitAsync(requests);
        Assert.Contains(requests, r => !r.Completed.IsCompleted);
        var start = TimeProvider.System.GetTimestamp();
        rig.Device.Change(RateLimits.None);
        await Task.WhenAll(requests.Select(r => r.Completed)).WaitAsync(Patience);
        // Half a minute at the old limit.
        Assert.InRange(TimeProvider.System.GetElapsedTime(start).TotalSeconds, 0, 10);
        Assert.All(requests, r => Assert.Equal(1, r.Completions));
        Array.ForEach(requests, r => r.Dispose());
    }

    [Fact]
    public async Task Flush_PassesWhatWaits()
    {
        await using var rig = await OpenAsync(new RateLimits { RwMbytesPerSec = 1 });
        using var large = new TestRequest(BlockOperation.Write, 0, 8 << 20);
        using var waiting = new TestRequest(BlockOperation.Write, 16 << 20, 4096);
        await rig.Io.SubmitAsync(large, waiting);
        Assert.Equal(BlockStatus.Ok, await rig.Io.DoAsync(BlockOperation.Flush));
        Assert.False(waiting.Completed.IsCompleted);
        rig.Device.Change(RateLimits.None);
        Assert.Equal(BlockStatus.Ok, await waiting.Completed.WaitAsync(Patience));
    }

    private static async Task<Rig> OpenAsync(RateLimits limits)
    {
        var device = new QosDevice(new NullDevice(512, 1 << 30), TimeProvider.System);
        device.Change(limits);
        return new Rig(device, await ChannelRig.OpenAsync(device));
    }

    private sealed record Rig(QosDevice Device, ChannelRig Io) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => Io.DisposeAsync();
    }
}
