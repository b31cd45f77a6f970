using Lab.Emulators.Storage.Qos;
using Lab.Emulators.Storage.Store;
using Microsoft.Extensions.Time.Testing;

namespace Lab.Emulators.Storage.Tests.Qos;

/// <summary>Limits on a clock that the test moves.</summary>
public sealed class VolumeLimiterTests : IDisposable
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(1);

    private readonly FakeTimeProvider time = new();
    private readonly VolumeLimiter limiter;

    public VolumeLimiterTests() => limiter = new VolumeLimiter(time);

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 0)]
    [InlineData(true, 4096)]
    [InlineData(false, 1 << 20)]
    public void Requests_InASecond_AreAsManyAsTheLimitSays(bool isRead, long length)
    {
        const int rate = 200;
        limiter.Change(length == 0 ? new VolumeLimits { Iops = rate } : new VolumeLimits { BytesPerSecond = rate * length });
        var requests = Enumerable.Range(0, 1000).Select(_ => Take(isRead, length)).ToList();
        // What an idle bucket keeps: a tenth of a second.
        Assert.InRange(Gone(requests), rate / 10, (rate / 10) + 1);
        Advance(TimeSpan.FromSeconds(1));
        Assert.InRange(Gone(requests), (rate * 1.1) - 2, (rate * 1.1) + 2);
        Advance(TimeSpan.FromSeconds(2));
        Assert.InRange(Gone(requests), (rate * 3.1) - 4, (rate * 3.1) + 4);
    }

    [Fact]
    public void Requests_OfOneDirection_GoInTheirOrder()
    {
        limiter.Change(new VolumeLimits { BytesPerSecond = 1000 });
        List<Task> requests = [Take(true, 1000), Take(true, 10_000), Take(true, 1)];
        Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(2, Gone(requests));
        Advance(TimeSpan.FromSeconds(9));
        Assert.False(requests[2].IsCompleted);
        Advance(TimeSpan.FromSeconds(1.2));
        Assert.True(requests[2].IsCompleted);
    }

    [Fact]
    public void Directions_ShareWhatIsForBoth_ByTurns()
    {
        limiter.Change(new VolumeLimits { Iops = 100 });
        var reads = Enumerable.Range(0, 500).Select(_ => Take(true, 0)).ToList();
        var writes = Enumerable.Range(0, 500).Select(_ => Take(false, 0)).ToList();
        Advance(TimeSpan.FromSeconds(4));
        Assert.InRange(Gone(writes), 180, 220);
        Assert.InRange(Gone(reads), 180, 220);
    }

    [Fact]
    public void Direction_WithALimitOfItsOwn_DoesNotHoldUpTheOther()
    {
        limiter.Change(new VolumeLimits { ReadIops = 10 });
        var reads = Enumerable.Range(0, 100).Select(_ => Take(true, 0)).ToList();
        Assert.True(Take(false, 4096).IsCompleted);
        Assert.True(Gone(reads) < 3);
    }

    [Fact]
    public void Requests_WhoseUserGoes_DoNotWaitAnyLonger()
    {
        limiter.Change(new VolumeLimits { Iops = 10 });
        using var leaving = new CancellationTokenSource();
        var own = Enumerable.Range(0, 10).Select(_ => limiter.TakeAsync(true, 0, leaving.Token).AsTask()).ToList();
        var others = Enumerable.Range(0, 10).Select(_ => Take(true, 0)).ToList();
        leaving.Cancel();
        Assert.Equal(10, Gone(own));
        Assert.Equal(0, Gone(others));
        // They have not taken what is the others'.
        Advance(TimeSpan.FromSeconds(1.05));
        Assert.InRange(Gone(others), 9, 10);
    }

    [Fact]
    public void Turn_ThatCannotBeTakenAtOnce_IsNotTaken_AndOneGivenBackIsTheNexts()
    {
        limiter.Change(new VolumeLimits { ReadIops = 10, ReadBytesPerSecond = 10_000 });
        Assert.True(limiter.TryTake(isRead: true, 5000));
        Assert.False(limiter.TryTake(isRead: true, 1));
        Assert.True(limiter.TryTake(isRead: false, 1));
        var waiting = Take(true, 1);
        Assert.False(waiting.IsCompleted);
        limiter.Return(isRead: true, 5000);
        Assert.True(waiting.IsCompleted);
    }

    [Fact]
    public void Limits_Changed_ApplyToWhatWaits()
    {
        limiter.Change(new VolumeLimits { Iops = 1 });
        var requests = Enumerable.Range(0, 100).Select(_ => Take(true, 0)).ToList();
        limiter.Change(VolumeLimits.None);
        Assert.Equal(100, Gone(requests));
        Assert.False(limiter.IsLimited);
    }

    public void Dispose() => limiter.Dispose();

    private Task Take(bool isRead, long length) => limiter.TakeAsync(isRead, length, CancellationToken.None).AsTask();

    private void Advance(TimeSpan by)
    {
        for (var left = by; left > TimeSpan.Zero; left -= Step)
            time.Advance(Step);
    }

    private static int Gone(List<Task> requests) => requests.Count(request => request.IsCompleted);
}
