using System.Diagnostics;
using Lab.Harness.Launch;
using Lab.Harness.Processes;

namespace Lab.Harness.Tests.Launch;

public sealed class OwnedProcessesTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task End_OfATestbed_EndsItsWholeTreeAndNoOther()
    {
        await using var testbed = new MadeUpTestbed();
        // One whose name the testbed's own begins.
        using var other = Start(testbed.Paths.Testbed + "x", "exec sleep 600");
        using var unmarked = Start(null, $"true {testbed.Paths.Root}/; exec sleep 600");
        try
        {
            using var tree = Start(testbed.Paths.Testbed, "setsid --fork sleep 601; sleep 602 & trap '' TERM; while :; do wait; sleep 0.1; done");
            await Wait.UntilAsync("the tree", TimeSpan.FromSeconds(20), _ => Task.FromResult(Marked(testbed).Count >= 3), Token);

            var removed = new List<string>();
            await testbed.Processes.EndAsync(removed, Token);

            Assert.Empty(Marked(testbed));
            Assert.True(removed.Count >= 3);
            Assert.Contains(removed, r => r.StartsWith($"process {tree.Id} (", StringComparison.Ordinal));
            Assert.True(removed.Count(r => r.EndsWith("(sleep)", StringComparison.Ordinal)) >= 2);
            Assert.False(other.HasExited);
            Assert.False(unmarked.HasExited);
        }
        finally
        {
            other.Kill();
            unmarked.Kill();
        }
    }

    [Fact]
    public async Task End_OfASupervisedProgram_IsFinal()
    {
        await using var testbed = new MadeUpTestbed();
        var service = new Lab.Harness.Services.RunitService(testbed.Paths.Service("s"), Path.Combine(testbed.Paths.Root, "s.log"));
        await service.StartAsync(["sleep", "600"], new Dictionary<string, string> { [TestbedPaths.OwnerVariable] = testbed.Paths.Testbed }, Token);
        var removed = new List<string>();
        await testbed.Processes.EndAsync(removed, Token);
        Assert.Contains("(runsv)", removed[0], StringComparison.Ordinal);
        Assert.Empty(Marked(testbed));
    }

    [Fact]
    public async Task End_OfNothing_IsNothing()
    {
        await using var testbed = new MadeUpTestbed();
        var removed = new List<string>();
        await testbed.Processes.EndAsync(removed, Token);
        Assert.Empty(removed);
    }

    private static Process Start(string? owner, string script)
    {
        var start = new ProcessStartInfo("sh", ["-c", script]);
        start.Environment.Remove(TestbedPaths.OwnerVariable);
        if (owner is not null)
            start.Environment[TestbedPaths.OwnerVariable] = owner;
        return Process.Start(start)!;
    }

    /// <summary>Found in another way than the code under test: by ps.</summary>
    private static List<string> Marked(MadeUpTestbed testbed)
    {
        using var ps = Process.Start(new ProcessStartInfo("ps", ["axeww", "-o", "pid=,stat=,args="]) { RedirectStandardOutput = true })!;
        return [.. ps.StandardOutput.ReadToEnd().Split('\n')
            .Where(l => $"{l} ".Contains($"{TestbedPaths.OwnerVariable}={testbed.Paths.Testbed} ", StringComparison.Ordinal))];
    }
}
