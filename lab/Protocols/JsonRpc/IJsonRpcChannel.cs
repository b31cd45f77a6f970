namespace Lab.Protocols.JsonRpc;

/// <summary>Carries whole JSON texts both ways. One reader at a time; sends are serialized by the peer.</summary>
public interface IJsonRpcChannel : IAsyncDisposable
{
    /// <returns>One JSON text, or null when the other side closed.</returns>
    /// <exception cref="InvalidDataException">What came is no JSON, or longer than <see cref="JsonRpcLimits.MessageBytesMax"/>.</exception>
    ValueTask<ReadOnlyMemory<byte>?> ReceiveAsync(CancellationToken token);

    ValueTask SendAsync(ReadOnlyMemory<byte> message, CancellationToken token);
}
