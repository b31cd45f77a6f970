using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lab.Emulators.Bmc.Profiles;

/// <summary>How profiles are written. By reflection: generated code would lose the defaults of what a file leaves out.</summary>
internal static class ProfileJson
{
    internal static JsonSerializerOptions Options { get; } = new()
    {
        Converters = { new JsonStringEnumConverter() },
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };
}
