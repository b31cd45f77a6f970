using Lab.Contracts.Runs;

namespace Lab.Cli;

/// <summary>Finds the run a user names: a path, an id, a unique start or short id, or <c>latest</c>.</summary>
public static class RunLocator
{
    public const string Latest = "latest";

    /// <exception cref="UsageException">No run, or several, go by that name.</exception>
    public static string Find(string runsDirectory, string name)
    {
        if (File.Exists(Path.Combine(name, RunFiles.Info)))
            return Path.GetFullPath(name);
        if (Directory.Exists(name) && name.Contains('/', StringComparison.Ordinal))
            throw new UsageException($"{name} is not a run directory: it has no {RunFiles.Info}");

        var runs = Runs(runsDirectory);
        if (name == Latest)
            return runs.LastOrDefault() ?? throw new UsageException($"there is no run in {Path.GetFullPath(runsDirectory)}");

        var exact = runs.FirstOrDefault(run => Path.GetFileName(run) == name);
        if (exact is not null)
            return exact;

        // The short id at the end is what people remember.
        var matches = name.Length == 0 ? [] : runs.Where(run => Matches(Path.GetFileName(run), name)).ToList();
        return matches.Count switch
        {
            1 => matches[0],
            0 => throw new UsageException($"there is no run '{name}', neither as a path nor in {Path.GetFullPath(runsDirectory)}"),
            _ => throw new UsageException($"'{name}' could be any of {string.Join(", ", matches.Select(Path.GetFileName))}"),
        };
    }

    private static bool Matches(string id, string name) =>
        id.StartsWith(name, StringComparison.Ordinal) || id.EndsWith("-" + name, StringComparison.Ordinal);

    // Ids begin with the time, so their order is the order of the runs.
    private static List<string> Runs(string directory) =>
        !Directory.Exists(directory)
            ? []
            : [.. Directory.EnumerateDirectories(directory)
                .Where(run => File.Exists(Path.Combine(run, RunFiles.Info)))
                .Select(Path.GetFullPath)
                .Order(StringComparer.Ordinal)];
}
