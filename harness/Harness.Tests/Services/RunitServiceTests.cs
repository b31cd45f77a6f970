using System.Text;
using Lab.Harness.Launch;
using Lab.Harness.Processes;
using Lab.Harness.Services;

namespace Lab.Harness.Tests.Services;

public sealed class RunitServiceTests : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    // Marked, so that what a failed test leaves is found.
    private readonly string owner = $"ht-{Guid.NewGuid():n}"[..12];
    private readonly string root = Directory.CreateTempSubdirectory("lab-runit-").FullName;
    private readonly RunitService service;

    public RunitServiceTests() => service = new RunitService(Path.Combine(root, "it's a service"), Path.Combine(root, "it's.log"));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await new OwnedProcesses(owner, root).EndAsync([], CancellationToken.None);
        Directory.Delete(root, recursive: true);
    }

    private Task StartAsync(params string[] command) => service.StartAsync(
        command, new Dictionary<string, string> { [TestbedPaths.OwnerVariable] = owner, ["SECRET"] = "hunter2" }, Token);

    private static Task UntilAsync(string what, Func<bool> condition) => Wait.UntilAsync(what, Limit, _ => Task.FromResult(condition()), Token);

    private static string CommandLine(int pid) => File.ReadAllText($"/proc/{pid}/cmdline").Replace('\0', ' ');

    [Fact]
    public async Task Service_KilledByForce_ComesBackUntilItIsStopped()
    {
        await StartAsync("sleep", "3600");
        await UntilAsync("the program", () => service.ProcessId is { } pid && CommandLine(pid) == "sleep 3600 ");
        var first = service.ProcessId!.Value;
        await Tool.RunAsync("kill", ["-KILL", $"{first}"], Token);
        await UntilAsync("a new program", () => service.ProcessId is { } pid && pid != first && CommandLine(pid) == "sleep 3600 ");
        var second = service.ProcessId!.Value;
        await service.StopAsync(Token);
        Assert.Null(service.ProcessId);
        Assert.False(Directory.Exists($"/proc/{second}"));
    }

    [Fact]
    public async Task Service_GetsItsEnvironment_WhichIsNeverWritten()
    {
        await StartAsync("sh", "-c", "echo \"$1 $2\"; sleep 3600", "sh", "a b", "it's $HOME");
        await UntilAsync("its words", () => File.Exists(service.LogFile) && File.ReadAllText(service.LogFile) == "a b it's $HOME\n");
        var environment = Encoding.UTF8.GetString(await File.ReadAllBytesAsync($"/proc/{service.ProcessId}/environ", Token));
        Assert.Contains("SECRET=hunter2\0", environment, StringComparison.Ordinal);
        foreach (var file in Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Where(f => Path.GetFileName(f) is not ("control" or "ok" or "lock")))
            Assert.DoesNotContain("hunter2", await File.ReadAllTextAsync(file, Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ProcessId_AfterTheSupervisorWasKilled_IsNotAStaleOne()
    {
        await StartAsync("sleep", "3600");
        await UntilAsync("the program", () => service.ProcessId is not null);
        await new OwnedProcesses(owner, root).EndAsync([], Token);
        Assert.Null(service.ProcessId);
    }

    [Fact]
    public async Task Stop_OfAServiceThatNeverStarted_IsNoError() => await service.StopAsync(Token);
}
