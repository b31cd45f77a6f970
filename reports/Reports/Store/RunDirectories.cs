namespace Lab.Reports.Store;

/// <summary>The run directories that a user's directories stand for.</summary>
internal static class RunDirectories
{
    /// <summary>
    /// A directory with a file of a run stands for itself, another for the directories in it. Hidden ones are left out. Whether what is
    /// found can be read is not looked at.
    /// </summary>
    public static IEnumerable<string> Of(IEnumerable<string> directories) =>
        directories.Select(directory => Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory))).SelectMany(Expand).Distinct();

    private static IEnumerable<string> Expand(string directory) =>
        !Directory.Exists(directory) || RunChecksums.Files.Any(file => File.Exists(Path.Combine(directory, file)))
            ? [directory]
            : Directory.EnumerateDirectories(directory)
                .Where(child => !Path.GetFileName(child).StartsWith('.'))
                .Order(StringComparer.Ordinal);
}
