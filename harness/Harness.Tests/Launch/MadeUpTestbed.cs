using Lab.Harness.Launch;
using Lab.Harness.Processes;

namespace Lab.Harness.Tests.Launch;

/// <summary>A testbed that exists by name alone, with files of its own; whatever a test made under it is removed at the end.</summary>
internal sealed class MadeUpTestbed : IAsyncDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("lab-made-up-").FullName;

    public MadeUpTestbed()
    {
        Paths = new TestbedPaths($"ht-{Guid.NewGuid():n}"[..12], root);
        Directory.CreateDirectory(Paths.Root);
    }

    public TestbedPaths Paths { get; }

    public OwnedProcesses Processes => new(Paths.Testbed, Paths.Root);

    public async ValueTask DisposeAsync()
    {
        await Processes.EndAsync([], CancellationToken.None);
        if (File.Exists(Paths.NetworkNamespacePath))
            await Tool.RunAsync("ip", ["netns", "delete", Paths.NetworkNamespace], CancellationToken.None);
        Directory.Delete(root, recursive: true);
    }
}
