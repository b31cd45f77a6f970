using System.Diagnostics;
using System.Text;
using Lab.Harness.Consoles;
using Lab.Harness.Tests.Fixtures;

namespace Lab.Harness.Tests.Consoles;

/// <summary>Against busybox's shell, the probe OS's, on a terminal that echoes; and against a guest that only echoes.</summary>
public sealed class GuestShellTests : IAsyncLifetime
{
    private readonly Process process = Process.Start(new ProcessStartInfo("script", ["-qefc", "busybox sh", "/dev/null"])
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
    })!;

    private readonly SerialConsole console;
    private readonly GuestShell shell;

    public GuestShellTests()
    {
        console = new SerialConsole(new DuplexStream(process.StandardOutput.BaseStream, process.StandardInput.BaseStream), TimeProvider.System);
        shell = new GuestShell(console);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        shell.Dispose();
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        await console.DisposeAsync();
        process.Dispose();
    }

    [Theory]
    [InlineData("echo one; echo two", 0, "one\ntwo")]
    [InlineData("printf no-newline", 0, "no-newline")]
    [InlineData("true", 0, "")]
    [InlineData("false", 1, "")]
    [InlineData("echo out; echo err >&2; (exit 42)", 42, "out\nerr")]
    [InlineData("for i in 1 2\ndo echo $i\ndone", 0, "1\n2")]
    [InlineData("no-such-program", 127, "sh: no-such-program: not found")]
    public async Task TryRun_OfACommand_AnswersItsOutputAndExitCode(string command, int code, string output)
    {
        var result = await shell.TryRunAsync(command, Token);
        Assert.Equal((code, output), (result.ExitCode, result.Output));
        Assert.True(result.FinishedAt >= result.StartedAt);
    }

    [Fact]
    public async Task Run_OneAfterAnother_KeepsTheirAnswersApart()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(i => shell.RunAsync($"echo {i}", Token)));
        Assert.Equal(["0", "1", "2", "3", "4"], answers);
    }

    [Fact]
    public async Task Run_OfAFailingCommand_TellsCommandCodeAndOutput()
    {
        var failure = await Assert.ThrowsAsync<GuestCommandException>(() => shell.RunAsync("echo why; (exit 3)", Token));
        Assert.Equal("in the guest, `echo why; (exit 3)` failed with 3: why", failure.Message);
    }

    [Fact]
    public async Task Run_InAGuestThatOnlyEchoes_TakesNoEchoForAnAnswer()
    {
        var clock = new ManualTime();
        var (near, guest) = DuplexStream.CreatePair();
        await using var silent = new SerialConsole(near, clock);
        using var itsShell = new GuestShell(silent);
        var running = itsShell.TryRunAsync("echo hello", Token, TimeSpan.FromSeconds(5));
        var typed = new byte[4096];
        var count = await guest.ReadAsync(typed, Token);
        var echo = Encoding.ASCII.GetString(typed, 0, count).Replace("\n", "\r\n", StringComparison.Ordinal);
        await guest.WriteAsync(Encoding.ASCII.GetBytes(echo), Token);
        await guest.FlushAsync(Token);
        await silent.WaitForMoreAsync(echo.Length - 1, Token);
        Assert.False(running.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Contains("echo hello", (await Assert.ThrowsAsync<ConsoleTimeoutException>(() => running)).Tail, StringComparison.Ordinal);
        await guest.DisposeAsync();
    }
}
