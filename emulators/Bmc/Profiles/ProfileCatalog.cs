using System.Text.Json;

namespace Lab.Emulators.Bmc.Profiles;

/// <summary>The machine profiles that come with the program, and those in files.</summary>
public static class ProfileCatalog
{
    public const string Generic = "generic";
    private const string Prefix = "profile/";

    public static IReadOnlyList<string> Names { get; } =
        [.. typeof(ProfileCatalog).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).Select(name => name[Prefix.Length..]).Order(StringComparer.Ordinal)];

    /// <param name="nameOrFile">One of <see cref="Names"/>, or the path of a JSON file of the same shape.</param>
    /// <exception cref="InvalidDataException">There is none such, or it is no profile.</exception>
    public static DeviceProfile Load(string nameOrFile)
    {
        using var stream = typeof(ProfileCatalog).Assembly.GetManifestResourceStream(Prefix + nameOrFile)
            ?? (File.Exists(nameOrFile) ? File.OpenRead(nameOrFile) : null)
            ?? throw new InvalidDataException($"there is no profile {nameOrFile}: neither a file nor one of {string.Join(", ", Names)}");
        try
        {
            return JsonSerializer.Deserialize<DeviceProfile>(stream, ProfileJson.Options) ?? throw new JsonException("it is null");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"profile {nameOrFile}: {e.Message}", e);
        }
    }
}
