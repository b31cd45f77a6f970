using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Lab.Protocols.JsonRpc;

namespace Lab.Emulators.Dpu.Spdk;

/// <summary>
/// Registers methods with SPDK's manners: parameters are decoded strictly (unknown, missing, doubled and mistyped members are one error),
/// and what the card refuses is answered with the negated errno and strerror's text. Handlers do not see the connection's token: a
/// client that goes away must not leave half an operation behind.
/// </summary>
internal sealed class SpdkMethods
{
    private static readonly JsonElement NoParameters = JsonDocument.Parse("{}").RootElement.Clone();

    public JsonRpcMethods Methods { get; } = new();

    public void Add(string name, Func<Task<JsonNode?>> handler) =>
        Methods.Add(name, (parameters, _) => parameters.ValueKind == JsonValueKind.Undefined
            ? GuardAsync(handler)
            : throw new JsonRpcException(JsonRpcErrors.InvalidParams, $"{name} method requires no parameters"));

    public void Add<T>(string name, JsonTypeInfo<T> type, Func<T, Task<JsonNode?>> handler) =>
        Methods.Add(name, (parameters, _) =>
        {
            var decoded = Decode(parameters, type);
            return GuardAsync(() => handler(decoded));
        });

    private static T Decode<T>(JsonElement parameters, JsonTypeInfo<T> type)
    {
        try
        {
            var present = parameters.ValueKind == JsonValueKind.Undefined ? NoParameters : parameters;
            return present.Deserialize(type) ?? throw new JsonException();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new JsonRpcException(JsonRpcErrors.InternalError, "spdk_json_decode_object failed");
        }
    }

    private static async Task<JsonNode?> GuardAsync(Func<Task<JsonNode?>> handler)
    {
        try
        {
            return await handler();
        }
        catch (DpuException e)
        {
            throw new JsonRpcException(-(int)e.Error, e.Message);
        }
    }
}
