using System.Text.Json.Nodes;

namespace Lab.Protocols.JsonRpc;

/// <summary>An error object (JSON-RPC 2.0 §5.1): thrown by a handler to answer it, and by a call that was answered with it.</summary>
public sealed class JsonRpcException(int code, string message, JsonNode? data = null) : Exception(message)
{
    public int Code => code;
    public JsonNode? ErrorData => data;
}

/// <summary>Codes of JSON-RPC 2.0 §5.1.</summary>
public static class JsonRpcErrors
{
    public const int ParseError = -32700;
    public const int InvalidRequest = -32600;
    public const int MethodNotFound = -32601;
    public const int InvalidParams = -32602;
    public const int InternalError = -32603;
}

public static class JsonRpcLimits
{
    /// <summary>Bytes of one message, in either direction.</summary>
    public const int MessageBytesMax = 4 * 1024 * 1024;

    /// <summary>Requests in one batch.</summary>
    public const int BatchMax = 1024;
}
