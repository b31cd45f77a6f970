using System.Text.Json;
using System.Text.Json.Nodes;
using Lab.Harness.Launch;

namespace Lab.Scenarios.Durability;

/// <summary>A fault of the storage target as <c>faults.json</c> names it: a rule of its management (emulators/Storage/README.md), seeded and bounded.</summary>
internal sealed record TargetFault(string Name, JsonElement Rule)
{
    /// <returns>The rule for one volume.</returns>
    public JsonObject On(string volumeId)
    {
        var rule = JsonObject.Create(Rule)!;
        rule["volume"] = volumeId;
        return rule;
    }
}

/// <summary>Faults by name.</summary>
internal static class TargetFaults
{
    public static IReadOnlyDictionary<string, TargetFault> Load()
    {
        var file = Path.Combine(Programs.Own.Checkout, "scenarios", "Scenarios", "Durability", "faults.json");
        using var document = JsonDocument.Parse(File.ReadAllBytes(file));
        return document.RootElement.EnumerateObject().ToDictionary(fault => fault.Name, fault => new TargetFault(fault.Name, fault.Value.Clone()));
    }
}
