using System.Security.Cryptography;
using NSec.Cryptography;

namespace Lab.Reports.Qualification.Statements;

/// <summary>Says whether a statement is what the holder of a key signed.</summary>
public static class StatementVerifier
{
    /// <returns>What is wrong; empty when nothing is.</returns>
    public static IReadOnlyList<string> Verify(string directory, PublicKey key)
    {
        var problems = new List<string>();
        if (!SignedBy(directory, StatementFiles.Manifest, key, problems) | !SignedBy(directory, StatementFiles.Json, key, problems))
            return problems;
        var manifest = StatementJson.Parse<StatementManifest>(File.ReadAllBytes(Path.Combine(directory, StatementFiles.Manifest)), StatementFiles.Manifest);
        if (manifest.Format != StatementManifest.CurrentFormat)
            return [$"{StatementFiles.Manifest} is of format {manifest.Format}; this program reads {StatementManifest.CurrentFormat}"];
        if (!manifest.Files.Any(file => file.Name == StatementFiles.Json))
            problems.Add($"{StatementFiles.Manifest} does not name {StatementFiles.Json}: it belongs to something else");
        foreach (var file in manifest.Files)
        {
            var path = Path.Combine(directory, Path.GetFileName(file.Name));
            if (!File.Exists(path))
                problems.Add($"{file.Name} is missing");
            else if (ManifestFile.Of(file.Name, File.ReadAllBytes(path)) != file)
                problems.Add($"{file.Name} was changed");
        }
        foreach (var shown in new[] { StatementFiles.Html, StatementFiles.Pdf })
            if (File.Exists(Path.Combine(directory, shown)) && manifest.Files.All(file => file.Name != shown))
                problems.Add($"{shown} was added");
        return problems;
    }

    /// <summary>Whether the files a statement leans on are still what they were.</summary>
    /// <param name="runDirectories">Directories of its sessions.</param>
    /// <returns>What is wrong; empty when nothing is.</returns>
    public static IReadOnlyList<string> VerifyEvidence(QualificationStatement statement, IReadOnlyList<string> runDirectories)
    {
        var runs = runDirectories.ToDictionary(run => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(run))));
        var problems = new List<string>();
        foreach (var file in statement.Evidence)
        {
            if (!runs.TryGetValue(file.Run, out var run))
                problems.Add($"{file.Run}/{file.File} was not looked at: give --run for its session");
            else if (!File.Exists(Path.Combine(run, file.File)))
                problems.Add($"{file.Run}/{file.File} is missing");
            else if (Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(run, file.File)))) != file.Sha256)
                problems.Add($"{file.Run}/{file.File} was changed");
        }
        return problems;
    }

    private static bool SignedBy(string directory, string name, PublicKey key, List<string> problems)
    {
        var (path, signature) = (Path.Combine(directory, name), Path.Combine(directory, name + StatementFiles.SignatureSuffix));
        var problem = !File.Exists(path) ? $"{name} is missing"
            : !File.Exists(signature) ? $"{name} is not signed: {name}{StatementFiles.SignatureSuffix} is missing"
            : !SigningKey.Verify(key, File.ReadAllBytes(path), File.ReadAllBytes(signature)) ? $"{name} was changed, or signed with another key"
            : null;
        if (problem is not null)
            problems.Add(problem);
        return problem is null;
    }
}
