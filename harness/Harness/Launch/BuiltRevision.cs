namespace Lab.Harness.Launch;

/// <summary>Built programs of a revision, kept without its sources: artifacts/ as in a checkout, and a file that says which commit it is.</summary>
public static class BuiltRevision
{
    private const string CommitFile = "commit";

    /// <returns>Null when the directory is none.</returns>
    public static string? CommitOf(string directory)
    {
        var file = Path.Combine(directory, CommitFile);
        return File.Exists(file) ? File.ReadAllText(file).Trim() : null;
    }

    /// <summary>Written last: a directory without it is not whole.</summary>
    public static void Seal(string directory, string commit) => File.WriteAllText(Path.Combine(directory, CommitFile), commit + "\n");
}
