using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace Lab.Protocols.JsonRpc;

/// <summary>Answers one method. <paramref name="parameters"/> is <see cref="JsonValueKind.Undefined"/> when the request has none.</summary>
public delegate Task<JsonNode?> JsonRpcHandler(JsonElement parameters, CancellationToken token);

/// <summary>The methods one side of a connection answers.</summary>
public sealed class JsonRpcMethods
{
    private readonly Dictionary<string, JsonRpcHandler> handlers = new(StringComparer.Ordinal);

    public IEnumerable<string> Names => handlers.Keys;

    public JsonRpcMethods Add(string name, JsonRpcHandler handler)
    {
        handlers.Add(name, handler);
        return this;
    }

    /// <summary>Adds a method whose parameters and result have types known to a source-generated context.</summary>
    public JsonRpcMethods Add<TParameters, TResult>(
        string name,
        JsonTypeInfo<TParameters> parametersType,
        JsonTypeInfo<TResult> resultType,
        Func<TParameters, CancellationToken, Task<TResult>> handler) =>
        Add(name, async (parameters, token) =>
            JsonSerializer.SerializeToNode(await handler(Read(parameters, parametersType), token), resultType));

    internal JsonRpcHandler? Find(string name) => handlers.GetValueOrDefault(name);

    private static T Read<T>(JsonElement parameters, JsonTypeInfo<T> type)
    {
        try
        {
            return parameters.Deserialize(type) ?? throw new JsonException("null");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new JsonRpcException(JsonRpcErrors.InvalidParams, "Invalid parameters: " + e.Message);
        }
    }
}
