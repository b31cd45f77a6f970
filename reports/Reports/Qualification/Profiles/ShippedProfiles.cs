namespace Lab.Reports.Qualification.Profiles;

/// <summary>Profiles that come with the lab.</summary>
public static class ShippedProfiles
{
    private const string Prefix = "Lab.Reports.Profiles.";
    private const string Extension = ".yaml";

    public static IReadOnlyList<string> Ids { get; } =
    [
        .. typeof(ShippedProfiles).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(name => name[Prefix.Length..^Extension.Length])
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>The file of a shipped profile; null where none has that id.</summary>
    public static string? Find(string id)
    {
        using var stream = typeof(ShippedProfiles).Assembly.GetManifestResourceStream(Prefix + id + Extension);
        return stream is null ? null : new StreamReader(stream).ReadToEnd();
    }
}
