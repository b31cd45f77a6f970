using System.Diagnostics;
using Lab.Harness.Launch;
using Lab.Harness.Processes;

namespace Lab.Harness.Tests.Launch;

/// <summary>A process that does nothing but hold a network namespace of its own.</summary>
internal sealed class EmptyNamespace : IAsyncDisposable
{
    private readonly Process process;

    private EmptyNamespace(Process process) => this.process = process;

    public int ProcessId => process.Id;

    public static async Task<EmptyNamespace> StartAsync(MadeUpTestbed testbed, CancellationToken token)
    {
        var start = new ProcessStartInfo("unshare", ["--net", "sleep", "600"]);
        start.Environment[TestbedPaths.OwnerVariable] = testbed.Paths.Testbed;
        var started = new EmptyNamespace(Process.Start(start)!);
        await Wait.UntilAsync("the namespace", TimeSpan.FromSeconds(20),
            _ => Task.FromResult(File.ReadAllText($"/proc/{started.ProcessId}/comm") == "sleep\n"), token);
        return started;
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }
}
