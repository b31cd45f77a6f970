using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lab.Reports.Outputs;

/// <summary>JSON of what a report or a comparison says, for programs: camelCase, enums as strings, nulls left out.</summary>
public static class JsonOutput
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        WriteIndented = true,
        NewLine = "\n",
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public static string Render<T>(T value) => JsonSerializer.Serialize(value, Options) + "\n";
}
