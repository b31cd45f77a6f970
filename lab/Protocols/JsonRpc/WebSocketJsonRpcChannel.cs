using System.Net.WebSockets;

namespace Lab.Protocols.JsonRpc;

/// <summary>One JSON text per WebSocket text message (RFC 6455 §5.6).</summary>
public sealed class WebSocketJsonRpcChannel(WebSocket socket) : IJsonRpcChannel
{
    private byte[] buffer = new byte[16 * 1024];

    public async ValueTask<ReadOnlyMemory<byte>?> ReceiveAsync(CancellationToken token)
    {
        var length = 0;
        while (true)
        {
            if (length == buffer.Length)
                Array.Resize(ref buffer, Math.Min(buffer.Length * 2, JsonRpcLimits.MessageBytesMax));
            ValueWebSocketReceiveResult received;
            try
            {
                received = await socket.ReceiveAsync(buffer.AsMemory(length), token);
            }
            catch (WebSocketException e) when (e.WebSocketErrorCode == WebSocketError.ConnectionClosedPrematurely)
            {
                return null;
            }
            if (received.MessageType == WebSocketMessageType.Close)
                return null;
            length += received.Count;
            if (received.EndOfMessage)
                return buffer.AsMemory(0, length).ToArray();
            if (length >= JsonRpcLimits.MessageBytesMax)
                throw new InvalidDataException($"JSON-RPC message longer than {JsonRpcLimits.MessageBytesMax} bytes");
        }
    }

    public ValueTask SendAsync(ReadOnlyMemory<byte> message, CancellationToken token) =>
        socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, token);

    public ValueTask DisposeAsync()
    {
        socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
