using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Lab.Contracts.Runs;

/// <summary>JSON of the run record: camelCase, enums as strings, nulls left out; reading refuses unknown and repeated members.</summary>
/// <remarks>By reflection: a source-generated context loses the initial value of an init-only member that a line leaves out.</remarks>
internal static class RunJson
{
    private static readonly JsonSerializerOptions LineOptions = CreateOptions(indented: false);

    public static JsonTypeInfo<Sample> Sample { get; } = LineOptions.GetTypeInfo<Sample>();

    public static JsonTypeInfo<SpanEvent> Event { get; } = LineOptions.GetTypeInfo<SpanEvent>();

    public static JsonTypeInfo<ScenarioResult> Result { get; } = LineOptions.GetTypeInfo<ScenarioResult>();

    /// <summary>run.json is indented: people read it.</summary>
    public static JsonTypeInfo<RunInfo> Info { get; } = CreateOptions(indented: true).GetTypeInfo<RunInfo>();

    private static JsonTypeInfo<T> GetTypeInfo<T>(this JsonSerializerOptions options) => (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));

    private static JsonSerializerOptions CreateOptions(bool indented) => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        AllowDuplicateProperties = false,
        WriteIndented = indented,
        NewLine = "\n",
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
    };
}
