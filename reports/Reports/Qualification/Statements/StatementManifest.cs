using System.Security.Cryptography;

namespace Lab.Reports.Qualification.Statements;

/// <summary>Digests of a statement's files. Signed, so that page and print are under the signature too.</summary>
public sealed record StatementManifest(string Format, IReadOnlyList<ManifestFile> Files)
{
    public const string CurrentFormat = "lab-qualification-manifest-1";

    public static StatementManifest Of(IReadOnlyDictionary<string, byte[]> files) =>
        new(CurrentFormat, [.. files.OrderBy(file => file.Key, StringComparer.Ordinal).Select(file => ManifestFile.Of(file.Key, file.Value))]);
}

public sealed record ManifestFile(string Name, long Bytes, string Sha256)
{
    public static ManifestFile Of(string name, byte[] content) => new(name, content.Length, Convert.ToHexStringLower(SHA256.HashData(content)));
}
