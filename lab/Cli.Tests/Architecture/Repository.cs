namespace Lab.Cli.Tests.Architecture;

internal static class Repository
{
    /// <summary>Folder of Lab.sln, found upwards from the test's own assembly.</summary>
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    private static string Find(string folder)
    {
        while (!File.Exists(Path.Combine(folder, "Lab.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("Lab.sln is not above the test");
        return folder;
    }
}
