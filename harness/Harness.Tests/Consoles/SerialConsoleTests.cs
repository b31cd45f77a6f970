using System.Text;
using System.Text.RegularExpressions;
using Lab.Harness.Consoles;
using Lab.Harness.Tests.Fixtures;

namespace Lab.Harness.Tests.Consoles;

public sealed class SerialConsoleTests : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly ManualTime clock = new();
    private readonly DuplexStream guest;
    private readonly SerialConsole console;

    public SerialConsoleTests()
    {
        (var near, guest) = DuplexStream.CreatePair();
        console = new SerialConsole(near, clock);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await console.DisposeAsync();
        await guest.DisposeAsync();
    }

    /// <summary>Says something and waits until it has arrived.</summary>
    private async Task SayAsync(string text)
    {
        var position = console.Position + text.Length - 1;
        await guest.WriteAsync(Encoding.Latin1.GetBytes(text), Token);
        await guest.FlushAsync(Token);
        await console.WaitForMoreAsync(position, Token);
    }

    [Fact]
    public async Task WaitFor_APatternAcrossChunks_IsTimedByItsFirstCharacter()
    {
        var begin = clock.GetUtcNow();
        await SayAsync("noise lo");
        clock.Advance(TimeSpan.FromSeconds(1));
        var waiting = console.WaitForAsync(new Regex("log(.)n: "), 0, Limit, Token);
        await SayAsync("gi");
        Assert.False(waiting.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(1));
        await SayAsync("n: rest");
        var match = await waiting;
        Assert.Equal((6, 13, begin), (match.Start, match.End, match.At));
        Assert.Equal("i", match.Match.Groups[1].Value);
        Assert.Equal("rest", console.Text(match.End));
    }

    [Fact]
    public async Task ArrivalOf_EachCharacter_IsThatOfItsChunk()
    {
        var begin = clock.GetUtcNow();
        foreach (var chunk in new[] { "ab", "c", "def" })
        {
            await SayAsync(chunk);
            clock.Advance(TimeSpan.FromSeconds(1));
        }
        Assert.Equal([0, 0, 1, 2, 2, 2], Enumerable.Range(0, 6).Select(i => (console.ArrivalOf(i) - begin).TotalSeconds));
    }

    [Fact]
    public async Task WaitFor_WhatWasSaidBefore_IsFoundUnlessBehindTheStart()
    {
        await SayAsync("login: ");
        Assert.Equal(0, (await console.WaitForAsync(new Regex("login"), 0, Limit, Token)).Start);
        var second = console.WaitForAsync(new Regex("login"), 5, Limit, Token);
        await SayAsync("login: ");
        Assert.Equal(7, (await second).Start);
    }

    [Fact]
    public async Task WaitFor_WhatNeverComes_TimesOutWithTheTail()
    {
        await SayAsync("before ");
        var from = console.Position;
        await SayAsync("kernel panic");
        var waiting = console.WaitForAsync(new Regex("login"), from, Limit, Token);
        clock.Advance(Limit - TimeSpan.FromSeconds(1));
        await SayAsync("!");
        Assert.False(waiting.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(1));
        var timeout = await Assert.ThrowsAsync<ConsoleTimeoutException>(() => waiting);
        Assert.Equal("kernel panic!", timeout.Tail);
        Assert.Contains("/login/ within 30 s", timeout.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WaitFor_Cancelled_IsNoTimeout()
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var waiting = console.WaitForAsync(new Regex("login"), 0, Limit, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task WaitFor_WhenTheOtherSideCloses_FailsWithoutWaiting()
    {
        var waiting = console.WaitForAsync(new Regex("login"), 0, Limit, Token);
        var more = console.WaitForMoreAsync(0, Token);
        await guest.DisposeAsync();
        Assert.Contains("closed by the other side", (await Assert.ThrowsAsync<LabException>(() => waiting)).Message, StringComparison.Ordinal);
        await more;
        await Assert.ThrowsAsync<LabException>(() => console.WaitForMoreAsync(0, Token));
    }

    [Fact]
    public async Task WaitFor_TheLastWordsBeforeTheEnd_FindsThem()
    {
        var waiting = console.WaitForAsync(new Regex("powered off"), 0, Limit, Token);
        await guest.WriteAsync("powered off"u8.ToArray(), Token);
        await guest.DisposeAsync();
        Assert.Equal(11, (await waiting).End);
        Assert.Equal(11, (await console.WaitForAsync(new Regex("powered off"), 0, Limit, Token)).End);
    }

    [Fact]
    public async Task Write_Types()
    {
        await console.WriteAsync("root\n", Token);
        var typed = new byte[5];
        await guest.ReadExactlyAsync(typed, Token);
        Assert.Equal("root\n"u8, typed);
    }
}
