using Lab.Harness.Processes;

namespace Lab.Harness.Launch;

/// <summary>
/// Ends and removes all that a testbed ever made, whether or not its run was killed: everything is found by name, label or mark, never
/// by a list that a crash could lose.
/// </summary>
public sealed class Leftovers(TestbedPaths paths)
{
    private readonly OwnedProcesses processes = new(paths.Testbed, paths.Root);

    /// <summary>Names of the testbeds that left anything behind or still run.</summary>
    public static IReadOnlyList<string> Testbeds()
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        if (Directory.Exists(TestbedPaths.RunRoot))
            names.UnionWith(Directory.EnumerateDirectories(TestbedPaths.RunRoot).Select(d => Path.GetFileName(d)));
        if (Directory.Exists("/run/netns"))
            names.UnionWith(Directory.EnumerateFiles("/run/netns", TestbedPaths.NamespacePrefix + "*")
                .Select(f => Path.GetFileName(f)[TestbedPaths.NamespacePrefix.Length..]));
        names.Remove(DockerService.Directory);
        return [.. names.Order(StringComparer.Ordinal)];
    }

    /// <returns>What was removed, in words.</returns>
    public async Task<IReadOnlyList<string>> RemoveAsync(DockerService docker, CancellationToken token)
    {
        var removed = new List<string>();
        await processes.EndAsync(removed, token);
        foreach (var container in await docker.RemoveContainersAsync(paths.Testbed, token))
            removed.Add("container " + container);
        await processes.EndAsync(removed, token);
        if (File.Exists(paths.NetworkNamespacePath))
        {
            await Tool.RunAsync("ip", ["netns", "delete", paths.NetworkNamespace], token);
            removed.Add("network namespace " + paths.NetworkNamespace);
        }
        if (Directory.Exists(paths.Root))
        {
            Directory.Delete(paths.Root, recursive: true);
            removed.Add("directory " + paths.Root);
        }
        return removed;
    }
}
