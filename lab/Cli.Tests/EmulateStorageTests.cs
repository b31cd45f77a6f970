using System.Text.RegularExpressions;
using Lab.Emulators.Host.Tests.Testbed;
using Lab.Harness.Launch;

namespace Lab.Cli.Tests;

/// <summary><c>lab emulate storage</c> as somebody starts it who uses nothing else of the lab; libnbd and qemu-img are its clients.</summary>
public sealed class EmulateStorageTests
{
    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(30);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Storage_OfNamedVolumes_IsServedAndKeptFromRunToRun()
    {
        using var directory = new TestDirectory();
        var url = "";
        await using (var first = Start(directory, "v0:16MiB"))
        {
            var said = await first.WaitForOutputAsync("management ", StartTime, Token);
            url = Regex.Match(said, @"nbd://\S+/v0").Value;
            Assert.Matches(@"nvme-tcp://127\.0\.0\.1:\d+/nqn\.\S+:v0", said);
            Assert.Equal("16777216", (await RunningProcess.RunAsync(["nbdinfo", "--size", url], Token)).Trim());
            await RunningProcess.RunAsync(["qemu-io", "-f", "raw", "-c", "write -P 7 0 1M", "-c", "flush", url], Token);
            Assert.Equal(ExitCodes.Ok, await first.TerminateAsync(Token));
        }
        await using var second = Start(directory, "v0:32MiB");
        url = Regex.Match(await second.WaitForOutputAsync("management ", StartTime, Token), @"nbd://\S+/v0").Value;
        Assert.Equal("33554432", (await RunningProcess.RunAsync(["nbdinfo", "--size", url], Token)).Trim());
        Assert.DoesNotContain("Pattern verification failed", await RunningProcess.RunAsync(["qemu-io", "-f", "raw", "-c", "read -P 7 0 1M", url], Token), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nothing is served", "--volume", "v0:1MiB")]
    [InlineData("no name:size", "--volume", "v0", "--nbd", "127.0.0.1:0")]
    [InlineData("'4096'", "--volume", "v0:1MiB", "--nvme-tcp", "127.0.0.1:0", "--block-size", "1024")]
    [InlineData("loopback", "--volume", "v0:1MiB", "--nbd", "127.0.0.1:0", "--rest", "10.0.0.1:80")]
    public async Task Arguments_Wrong_AreAUsageError(string reason, params string[] arguments)
    {
        var run = await LabRun.OfAsync(["emulate", "storage", "--pool", "/nowhere", .. arguments]);
        Assert.Equal(ExitCodes.Usage, run.Code);
        Assert.Contains(reason, run.Error, StringComparison.Ordinal);
    }

    private static RunningProcess Start(TestDirectory directory, string volume) => RunningProcess.Start(
    [
        Programs.DotnetHost, Path.Combine(AppContext.BaseDirectory, "lab.dll"), "emulate", "storage", "--pool", directory["pool"],
        "--volume", volume, "--nvme-tcp", "127.0.0.1:0", "--nbd", "127.0.0.1:0",
    ]);
}
