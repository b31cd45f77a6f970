namespace Lab.Harness.Launch;

/// <summary>Saves what all parts of a testbed logged before it is taken down.</summary>
public static class LogArchive
{
    /// <summary>Where the logs of a testbed that did not come up are kept.</summary>
    public static string OfFailure(TestbedPaths paths) => Path.Combine("/var/log/lab", paths.Testbed);

    public static void Copy(TestbedPaths paths, string target)
    {
        Directory.CreateDirectory(target);
        foreach (var log in Files(paths.Logs))
            File.Copy(log, Path.Combine(target, Path.GetFileName(log)), overwrite: true);
        foreach (var node in paths.Nodes())
        {
            var soc = paths.Node(node).SocLogs;
            foreach (var log in Files(soc).Where(f => Path.GetFileName(f) != "lock"))
                File.Copy(log, Path.Combine(target, $"{node}-{Path.GetRelativePath(soc, log).Replace('/', '-')}"), overwrite: true);
        }
    }

    private static IEnumerable<string> Files(string directory) =>
        Directory.Exists(directory) ? Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories) : [];
}
