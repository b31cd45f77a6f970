using Lab.Harness.Processes;

namespace Lab.Harness.Tests.Processes;

public sealed class ToolTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_OfATool_AnswersItsOutput() => Assert.Equal("a\n", await Tool.RunAsync("echo", ["a"], Token));

    [Fact]
    public async Task Run_OfArguments_PassesThemWhole() =>
        Assert.Equal("[a b][$HOME][][;'\"]", await Tool.RunAsync("printf", ["[%s]", "a b", "$HOME", "", ";'\""], Token));

    [Fact]
    public async Task Run_WithInput_FeedsIt() => Assert.Equal("line\n", await Tool.RunAsync("cat", [], Token, "line\n"));

    [Fact]
    public async Task Run_OfAFailingTool_TellsCodeAndWords()
    {
        var failure = await Assert.ThrowsAsync<LabException>(() => Tool.RunAsync("sh", ["-c", "echo why >&2; exit 7"], Token));
        Assert.Contains("failed with 7: why", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TryRun_OfAToolThatDoesNotReadItsInput_AnswersItsOwnFailure()
    {
        var result = await Tool.TryRunAsync("sh", ["-c", "exec <&-; echo why >&2; exit 7"], Token, new string('x', 1 << 20));
        Assert.Equal((7, "why\n"), (result.ExitCode, result.Error));
    }

    [Fact]
    public async Task TryRun_OfMuchOutputOnBothSides_LosesNothing()
    {
        var result = await Tool.TryRunAsync("sh", ["-c", "head -c 300000 /dev/zero; head -c 300000 /dev/zero >&2"], Token);
        Assert.Equal((300_000, 300_000), (result.Output.Length, result.Error.Length));
    }

    [Fact]
    public async Task Run_OfWhatIsNotInstalled_NamesTheDoctor()
    {
        var failure = await Assert.ThrowsAsync<LabException>(() => Tool.RunAsync("no-such-tool", [], Token));
        Assert.Contains("no-such-tool cannot be run", failure.Message, StringComparison.Ordinal);
        Assert.Contains("lab doctor", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_Cancelled_EndsTheToolAndItsChildren()
    {
        var directory = Directory.CreateTempSubdirectory("lab-tool-");
        try
        {
            var file = Path.Combine(directory.FullName, "pid");
            using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);
            var running = Tool.RunAsync("sh", ["-c", "sleep 60 & echo $! >\"$0\"; wait", file], cancel.Token);
            await Wait.UntilAsync("the child", TimeSpan.FromSeconds(20), _ => Task.FromResult(File.Exists(file) && File.ReadAllText(file).EndsWith('\n')), Token);
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
            var child = File.ReadAllText(file).Trim();
            await Wait.UntilAsync("the child to end", TimeSpan.FromSeconds(20), _ => Task.FromResult(!File.Exists($"/proc/{child}/cmdline") || File.ReadAllText($"/proc/{child}/cmdline").Length == 0), Token);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }
}
