using Lab.Harness.Processes;

namespace Lab.Harness.Tests.Processes;

public sealed class WaitTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Late = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(1);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Until_FailuresOnTheWay_AreNotTheEnd()
    {
        var looks = 0;
        await Wait.UntilAsync("the third look", Late, _ => ++looks switch
        {
            1 => throw new IOException("not yet"),
            var n => Task.FromResult(n == 3),
        }, Token, Interval);
        Assert.Equal(3, looks);
    }

    [Fact]
    public async Task Until_TimeIsOver_SaysWhatForAndWhyNot()
    {
        var failure = await Assert.ThrowsAsync<LabException>(() => Wait.UntilAsync("the moon", Soon, _ => throw new IOException("too far"), Token, Interval));
        Assert.Equal("waited 0.1 s for the moon: too far", failure.Message);
        Assert.IsType<IOException>(failure.InnerException);
    }

    [Fact]
    public async Task Until_ALookThatHangs_EndsWithTheTime()
    {
        var failure = await Assert.ThrowsAsync<LabException>(() => Wait.UntilAsync("an answer", Soon, async t =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, t);
            return true;
        }, Token, Interval));
        Assert.StartsWith("waited 0.1 s for an answer", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Until_Cancelled_Ends()
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var waiting = Wait.UntilAsync("nothing", Late, _ => Task.FromResult(false), cancel.Token, Late);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task For_AThing_AnswersIt()
    {
        var looks = 0;
        Assert.Equal("found", await Wait.ForAsync("a thing", Late, _ => Task.FromResult(++looks == 2 ? "found" : null), Token, Interval));
    }
}
