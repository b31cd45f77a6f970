using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lab.Emulators.Bmc.Profiles;

[JsonSourceGenerationOptions(
    UseStringEnumConverter = true,
    ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(DeviceProfile))]
internal sealed partial class ProfileJson : JsonSerializerContext;
