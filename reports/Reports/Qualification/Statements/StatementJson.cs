using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lab.Reports.Qualification.Statements;

/// <summary>Statements and manifests as canonical JSON, and back: reading refuses unknown members.</summary>
public static class StatementJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        AllowDuplicateProperties = false,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };

    public static byte[] Serialize<T>(T value) => CanonicalJson.Serialize(JsonSerializer.SerializeToNode(value, Options));

    /// <param name="path">How messages call the file.</param>
    /// <exception cref="QualificationException">It is none.</exception>
    internal static T Parse<T>(byte[] json, string path)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json, Options) ?? throw new QualificationException($"{path} holds null");
        }
        catch (JsonException error)
        {
            throw new QualificationException($"{path}:{1 + (error.LineNumber ?? 0)}: {error.Message}");
        }
    }
}
