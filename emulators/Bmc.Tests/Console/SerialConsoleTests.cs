using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.WebSockets;
using System.Text;
using Lab.Emulators.Bmc.Tests.Testbed;

namespace Lab.Emulators.Bmc.Tests.Console;

/// <summary>The console of a booted guest, as agent and harness use it.</summary>
[Collection(BmcTestbed.Collection)]
public sealed class SerialConsoleTests(BmcTestbed bed)
{
    private const string Attachment = "/redfish/v1/Systems/1/LogServices/SerialConsole/Entries/1/Attachment";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Console_TwoClients_BothSeeWhatEitherTypes()
    {
        await bed.BootAsync();
        await using var one = await ConsoleClient.ConnectAsync(bed, null, Token);
        await using var two = await ConsoleClient.ConnectAsync(bed, null, Token);
        Assert.Equal("42", await one.ShellAsync("echo $((6*7))", Token));
        await two.WaitForAsync("42", Limit, Token);
        Assert.Equal("tty", await two.ShellAsync("echo tty", Token));

        var times = new List<double>();
        for (var i = 0; i < 20; i++)
        {
            var start = Stopwatch.GetTimestamp();
            await one.ShellAsync(":", Token);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        TestContext.Current.TestOutputHelper!.WriteLine($"shell round trip: median {times.Order().ElementAt(10):0.0} ms");
    }

    [Fact]
    public async Task Console_ReplayedFromAnOffset_IsTheLogsText()
    {
        await bed.BootAsync();
        using var client = bed.Client();
        await using (var first = await ConsoleClient.ConnectAsync(bed, null, Token))
            await first.ShellAsync("echo some text", Token);
        using var text = await client.GetAsync(Attachment, Token);
        var start = Number(text, "X-Console-Offset");
        var end = Number(text, "X-Console-End");
        var bytes = await text.Content.ReadAsByteArrayAsync(Token);
        Assert.Equal(end - start, bytes.Length);

        await using var replay = await ConsoleClient.ConnectAsync(bed, start, Token);
        Assert.Equal(start, replay.FirstOffset);
        await replay.WaitForAsync(Encoding.Latin1.GetString(bytes), Limit, Token);
        using var tail = await client.GetAsync($"{Attachment}?since={end - 4}", Token);
        Assert.Equal(bytes[^4..], (await tail.Content.ReadAsByteArrayAsync(Token))[..4]);
        Assert.Equal(HttpStatusCode.BadRequest, (await client.GetAsync(Attachment + "?since=-1", Token)).StatusCode);
    }

    [Fact]
    public async Task Bmc_KilledWhileAGuestRuns_ComesBackWithConsoleAndState()
    {
        await bed.BootAsync();
        await using var before = await ConsoleClient.ConnectAsync(bed, null, Token);
        await before.ShellAsync("echo before the kill", Token);
        await bed.Bmc.KillAsync();
        await bed.StartBmcAsync();
        await bed.PowerIsAsync("On", Limit);
        await using var after = await ConsoleClient.ConnectAsync(bed, 0, Token);
        await after.WaitForAsync("before the kill", Limit, Token);
        await after.GuestHearsAsync(Limit, Token);
    }

    [Fact]
    public async Task Bmc_Terminated_ClosesConsolesAndEndsCleanly()
    {
        await using var console = await ConsoleClient.ConnectAsync(bed, null, Token);
        var exitCode = await bed.Bmc.TerminateAsync(Token);
        await bed.StartBmcAsync();
        Assert.Equal(0, exitCode);
        await console.EndedAsync(Limit);
        Assert.Equal(WebSocketCloseStatus.NormalClosure, console.CloseStatus);
    }

    private static long Number(HttpResponseMessage response, string header) =>
        long.Parse(response.Headers.GetValues(header).Single(), CultureInfo.InvariantCulture);
}
