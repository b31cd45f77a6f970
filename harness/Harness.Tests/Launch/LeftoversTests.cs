using Lab.Harness.Launch;
using Lab.Interop.Tests.Docker;

namespace Lab.Harness.Tests.Launch;

public sealed class LeftoversTests(DockerFixture engine)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Remove_OfWhatAKilledRunLeft_LeavesNothing()
    {
        await using var testbed = new MadeUpTestbed();
        var docker = new DockerService(await engine.ClientAsync(), isOwn: false);
        await new TestbedNetwork(testbed.Paths).CreateAsync([AddressPlan.Node(0)], Token);
        await using var soc = await EmptyNamespace.StartAsync(testbed, Token);
        Assert.Contains(testbed.Paths.Testbed, Leftovers.Testbeds());

        var removed = await new Leftovers(testbed.Paths).RemoveAsync(docker, Token);

        Assert.Equal(
            [$"process {soc.ProcessId} (sleep)", "network namespace " + testbed.Paths.NetworkNamespace, "directory " + testbed.Paths.Root], removed);
        Assert.False(File.Exists(testbed.Paths.NetworkNamespacePath));
        Assert.False(Directory.Exists(testbed.Paths.Root));
        Assert.DoesNotContain(testbed.Paths.Testbed, Leftovers.Testbeds());
        Assert.Empty(await new Leftovers(testbed.Paths).RemoveAsync(docker, Token));
    }
}
