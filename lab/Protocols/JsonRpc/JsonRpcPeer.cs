using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;

namespace Lab.Protocols.JsonRpc;

/// <summary>
/// One end of a JSON-RPC 2.0 connection; either end may call. Requests are handled side by side, so a handler may call back.
/// <see cref="RunAsync"/> must run for calls to be answered.
/// </summary>
public sealed class JsonRpcPeer(IJsonRpcChannel channel, JsonRpcMethods? methods = null) : IAsyncDisposable
{
    private readonly JsonRpcMethods methods = methods ?? new JsonRpcMethods();
    private readonly ConcurrentDictionary<long, TaskCompletionSource<JsonElement>> pending = new();
    private readonly SemaphoreSlim sending = new(1, 1);
    private long lastId;
    private volatile bool closed;

    /// <summary>Reads until the other side closes or <paramref name="token"/> ends it; then fails what is still pending.</summary>
    /// <exception cref="InvalidDataException">What came is no JSON: the connection cannot be followed any further.</exception>
    public async Task RunAsync(CancellationToken token)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(token);
        var running = new ConcurrentDictionary<Task, byte>();
        try
        {
            while (await channel.ReceiveAsync(stop.Token) is { } message)
            {
                var root = Parse(message);
                if (TryCompleteCall(root))
                    continue;
                var work = AnswerAsync(root, stop.Token);
                if (!work.IsCompleted)
                {
                    running.TryAdd(work, 0);
                    _ = work.ContinueWith(t => running.TryRemove(t, out _), TaskScheduler.Default);
                }
            }
        }
        finally
        {
            closed = true;
            await stop.CancelAsync();
            foreach (var id in pending.Keys)
                if (pending.TryRemove(id, out var call))
                    call.TrySetException(new IOException("the JSON-RPC connection is closed"));
            await Task.WhenAll(running.Keys).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    /// <exception cref="JsonRpcException">The other side answered with an error.</exception>
    /// <exception cref="IOException">The connection closed before the answer.</exception>
    public async Task<JsonElement> InvokeAsync(string method, JsonNode? parameters, CancellationToken token)
    {
        var id = Interlocked.Increment(ref lastId);
        var call = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
        pending[id] = call;
        try
        {
            if (closed)
                throw new IOException("the JSON-RPC connection is closed");
            await SendAsync(Request(method, parameters, id), token);
            return await call.Task.WaitAsync(token);
        }
        finally
        {
            pending.TryRemove(id, out _);
        }
    }

    public async Task<TResult> InvokeAsync<TParameters, TResult>(
        string method,
        TParameters parameters,
        JsonTypeInfo<TParameters> parametersType,
        JsonTypeInfo<TResult> resultType,
        CancellationToken token)
    {
        var result = await InvokeAsync(method, JsonSerializer.SerializeToNode(parameters, parametersType), token);
        return result.Deserialize(resultType) ?? throw new InvalidDataException($"{method} answered null");
    }

    public Task NotifyAsync(string method, JsonNode? parameters, CancellationToken token) =>
        SendAsync(Request(method, parameters, null), token);

    public async ValueTask DisposeAsync()
    {
        await channel.DisposeAsync();
        sending.Dispose();
    }

    private static JsonElement Parse(ReadOnlyMemory<byte> message)
    {
        // Strings are decoded only when read; text that is no UTF-8 is refused here, where it still counts as "no JSON".
        if (!Utf8.IsValid(message.Span))
            throw new InvalidDataException("not JSON: not UTF-8");
        try
        {
            using var document = JsonDocument.Parse(message);
            return document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw new InvalidDataException("not JSON: " + e.Message, e);
        }
    }

    private static JsonObject Request(string method, JsonNode? parameters, long? id)
    {
        var request = new JsonObject { ["jsonrpc"] = "2.0", ["method"] = method };
        if (parameters is not null)
            request["params"] = parameters;
        if (id is not null)
            request["id"] = id;
        return request;
    }

    private bool TryCompleteCall(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object || root.TryGetProperty("method", out _))
            return false;
        var isError = root.TryGetProperty("error", out var error);
        if (!isError && !root.TryGetProperty("result", out _))
            return false;
        if (!root.TryGetProperty("id", out var id) || id.ValueKind != JsonValueKind.Number || !id.TryGetInt64(out var number))
            return true;
        if (!pending.TryRemove(number, out var call))
            return true;
        if (isError)
            call.TrySetException(ToException(error));
        else
            call.TrySetResult(root.GetProperty("result"));
        return true;
    }

    private static JsonRpcException ToException(JsonElement error)
    {
        if (error.ValueKind != JsonValueKind.Object)
            return new JsonRpcException(JsonRpcErrors.InternalError, "malformed error: " + error.GetRawText());
        var code = error.TryGetProperty("code", out var c) && c.ValueKind == JsonValueKind.Number && c.TryGetInt32(out var number)
            ? number
            : JsonRpcErrors.InternalError;
        var message = error.TryGetProperty("message", out var m) && m.ValueKind == JsonValueKind.String ? m.GetString()! : "";
        return new JsonRpcException(code, message, error.TryGetProperty("data", out var data) ? JsonNode.Parse(data.GetRawText()) : null);
    }

    private async Task AnswerAsync(JsonElement root, CancellationToken token)
    {
        try
        {
            var answer = root.ValueKind == JsonValueKind.Array ? await AnswerBatchAsync(root, token) : await AnswerOneAsync(root, token);
            if (answer is not null)
                await SendAsync(answer, token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException or System.Net.WebSockets.WebSocketException)
        {
            // The connection is gone; so is the one who asked.
        }
    }

    private async Task<JsonNode?> AnswerBatchAsync(JsonElement batch, CancellationToken token)
    {
        var count = batch.GetArrayLength();
        if (count == 0 || count > JsonRpcLimits.BatchMax)
            return Error(null, JsonRpcErrors.InvalidRequest, "Invalid request");
        var answers = new JsonArray();
        foreach (var request in batch.EnumerateArray())
            if (await AnswerOneAsync(request, token) is { } answer)
                answers.Add(answer);
        return answers.Count > 0 ? answers : null;
    }

    private async Task<JsonNode?> AnswerOneAsync(JsonElement request, CancellationToken token)
    {
        if (!TryReadRequest(request, out var method, out var parameters))
            return Error(null, JsonRpcErrors.InvalidRequest, "Invalid request");

        var hasId = request.TryGetProperty("id", out var id) && id.ValueKind is JsonValueKind.String or JsonValueKind.Number;
        var idNode = hasId ? JsonNode.Parse(id.GetRawText()) : null;
        try
        {
            var handler = methods.Find(method)
                ?? throw new JsonRpcException(JsonRpcErrors.MethodNotFound, "Method not found");
            var result = await handler(parameters, token);
            return hasId ? new JsonObject { ["jsonrpc"] = "2.0", ["id"] = idNode, ["result"] = result } : null;
        }
        catch (JsonRpcException e)
        {
            return hasId ? Error(idNode, e.Code, e.Message, e.ErrorData?.DeepClone()) : null;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return hasId ? Error(idNode, JsonRpcErrors.InternalError, e.Message) : null;
        }
    }

    /// <summary>JSON-RPC 2.0 §4, as lenient as SPDK: a missing "jsonrpc" member passes, a wrong one does not.</summary>
    private static bool TryReadRequest(JsonElement request, out string method, out JsonElement parameters)
    {
        method = "";
        parameters = default;
        if (request.ValueKind != JsonValueKind.Object
            || !request.TryGetProperty("method", out var name) || name.ValueKind != JsonValueKind.String)
            return false;
        if (request.TryGetProperty("jsonrpc", out var version) && (version.ValueKind != JsonValueKind.String || !version.ValueEquals("2.0")))
            return false;
        if (request.TryGetProperty("params", out parameters)
            && parameters.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array))
            return false;
        try
        {
            method = name.GetString()!;
            return true;
        }
        catch (InvalidOperationException)
        {
            // A \u escape that is half a surrogate pair.
            return false;
        }
    }

    private static JsonObject Error(JsonNode? id, int code, string message, JsonNode? data = null)
    {
        var error = new JsonObject { ["code"] = code, ["message"] = message };
        if (data is not null)
            error["data"] = data;
        return new JsonObject { ["jsonrpc"] = "2.0", ["id"] = id, ["error"] = error };
    }

    private async Task SendAsync(JsonNode message, CancellationToken token)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(message);
        if (bytes.Length > JsonRpcLimits.MessageBytesMax)
            throw new InvalidDataException($"JSON-RPC message longer than {JsonRpcLimits.MessageBytesMax} bytes");
        await sending.WaitAsync(token);
        try
        {
            await channel.SendAsync(bytes, token);
        }
        finally
        {
            sending.Release();
        }
    }
}
