using System.Text.Json;
using Lab.Emulators.Storage.Rest;

namespace Lab.Emulators.Storage.Faults;

/// <summary>Faults in a file: a JSON array of <see cref="FaultRule"/>, written as the management takes them.</summary>
internal static class FaultFile
{
    private static readonly JsonSerializerOptions Json = MakeOptions();

    /// <exception cref="InvalidDataException">It cannot be read, or is none.</exception>
    public static IReadOnlyList<FaultRule> Read(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            var rules = JsonSerializer.Deserialize<FaultRule[]>(file, Json) ?? [];
            foreach (var rule in rules)
                rule.Check();
            return rules;
        }
        catch (Exception wrong) when (wrong is JsonException or IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"{path}: {wrong.Message}", wrong);
        }
    }

    private static JsonSerializerOptions MakeOptions()
    {
        var options = new JsonSerializerOptions();
        RestJson.Configure(options);
        return options;
    }
}
