using System.Text.Json;

namespace Lab.Emulators.Bmc.Faults;

/// <summary>Faults in a file: a JSON array of <see cref="FaultRule"/>.</summary>
internal static class FaultFile
{
    /// <exception cref="InvalidDataException">It cannot be read, or is none.</exception>
    internal static IReadOnlyList<FaultRule> Read(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            var rules = JsonSerializer.Deserialize<FaultRule[]>(file, ControlPort.Json) ?? [];
            foreach (var rule in rules)
                rule.Check();
            return rules;
        }
        catch (Exception e) when (e is JsonException or IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    }
}
