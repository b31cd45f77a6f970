using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;

namespace Lab.Protocols.JsonRpc;

/// <summary>
/// JSON texts written back to back on a byte stream with no framing, as SPDK does. Like SPDK it ends each text with a newline,
/// and like SPDK it promises none to be there when reading.
/// </summary>
public sealed class StreamJsonRpcChannel(Stream stream) : IJsonRpcChannel
{
    // Each read starts the text anew, so few large reads cost less than many small ones.
    private readonly PipeReader reader = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 64 * 1024, leaveOpen: true));

    public async ValueTask<ReadOnlyMemory<byte>?> ReceiveAsync(CancellationToken token)
    {
        while (true)
        {
            var read = await reader.ReadAsync(token);
            var buffer = read.Buffer;
            if (TryTakeText(ref buffer, read.IsCompleted, out var text))
            {
                reader.AdvanceTo(buffer.Start);
                return text;
            }
            if (read.IsCompleted)
            {
                reader.AdvanceTo(buffer.End);
                return null;
            }
            if (buffer.Length > JsonRpcLimits.MessageBytesMax)
                throw new InvalidDataException($"JSON-RPC message longer than {JsonRpcLimits.MessageBytesMax} bytes");
            reader.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    public async ValueTask SendAsync(ReadOnlyMemory<byte> message, CancellationToken token)
    {
        var line = ArrayPool<byte>.Shared.Rent(message.Length + 1);
        try
        {
            message.CopyTo(line);
            line[message.Length] = (byte)'\n';
            await stream.WriteAsync(line.AsMemory(0, message.Length + 1), token);
            await stream.FlushAsync(token);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(line);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await reader.CompleteAsync();
        await stream.DisposeAsync();
    }

    private static bool TryTakeText(ref ReadOnlySequence<byte> buffer, bool isFinal, out ReadOnlyMemory<byte> text)
    {
        text = default;
        var json = new Utf8JsonReader(buffer, isFinal, new JsonReaderState(new JsonReaderOptions { AllowMultipleValues = true, MaxDepth = 64 }));
        try
        {
            if (!json.Read() || !json.TrySkip())
                return false;
        }
        catch (JsonException e)
        {
            throw new InvalidDataException("not JSON: " + e.Message, e);
        }
        if (json.TokenType is not (JsonTokenType.EndObject or JsonTokenType.EndArray))
            throw new InvalidDataException("a JSON-RPC message is an object or an array");
        text = buffer.Slice(0, json.BytesConsumed).ToArray();
        buffer = buffer.Slice(json.BytesConsumed);
        return true;
    }
}
