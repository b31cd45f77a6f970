using System.Buffers;
using Lab.Emulators.Storage.Store;
using Microsoft.AspNetCore.Http.Features;

namespace Lab.Emulators.Storage.Rest;

/// <summary>
/// Replaces a volume's content by raw bytes. Chunks that are zero take no space; what the bytes do not reach becomes zero. Bytes that end
/// early leave the volume with a part of them, and the answer says so.
/// </summary>
internal static class VolumeContent
{
    private const int StepBytes = 1 << 20;

    public static async Task ReplaceAsync(VolumeStore store, Guid id, HttpRequest request, CancellationToken token)
    {
        // The volume's size is the limit. Lifted even for what is refused below: a body above the server's own limit would cost the client its
        // connection, and with it the answer.
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = null;
        using var use = store.UseAlone(id);
        var volume = use.Volume;
        var length = request.ContentLength
            ?? throw new BadHttpRequestException("the content needs a Content-Length", StatusCodes.Status411LengthRequired);
        if (length > volume.SizeBytes)
            throw new BadHttpRequestException(
                $"the content has {length} bytes, the volume {volume.SizeBytes}", StatusCodes.Status413PayloadTooLarge);

        await volume.WriteZeroesAsync(0, volume.SizeBytes, ZeroMode.Release, durable: false, token);
        var buffer = ArrayPool<byte>.Shared.Rent(StepBytes);
        try
        {
            for (long offset = 0; offset < length;)
            {
                var step = buffer.AsMemory(0, (int)Math.Min(StepBytes, length - offset));
                await request.Body.ReadExactlyAsync(step, token);
                await WriteSparseAsync(volume, offset, step, token);
                offset += step.Length;
            }
        }
        catch (EndOfStreamException)
        {
            throw new BadHttpRequestException("the content ended early", StatusCodes.Status400BadRequest);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
        await volume.FlushAsync(token);
    }

    private static async Task WriteSparseAsync(IBlockVolume volume, long offset, ReadOnlyMemory<byte> bytes, CancellationToken token)
    {
        for (var at = 0; at < bytes.Length;)
        {
            // Neighbours that hold data are written together.
            var end = at;
            while (end < bytes.Length && Chunk(bytes, end).Span.ContainsAnyExcept((byte)0))
                end += Chunk(bytes, end).Length;
            if (end > at)
                await volume.WriteAsync(offset + at, bytes[at..end], durable: false, token);
            at = end + (end < bytes.Length ? Chunk(bytes, end).Length : 0);
        }
    }

    private static ReadOnlyMemory<byte> Chunk(ReadOnlyMemory<byte> bytes, int at) =>
        bytes.Slice(at, Math.Min(StoreLimits.ChunkBytes, bytes.Length - at));
}
