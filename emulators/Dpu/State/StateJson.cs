using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lab.Emulators.Dpu.State;

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Strict,
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UseStringEnumConverter = true,
    WriteIndented = true)]
[JsonSerializable(typeof(DpuState))]
internal sealed partial class StateJson : JsonSerializerContext;
