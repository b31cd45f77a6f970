using System.Text.Json;

namespace Lab.Manager.Http;

/// <summary>Limits of what a request may send as JSON.</summary>
public static class JsonBodyLimits
{
    /// <summary>Bytes of a JSON body: a server's user data (64 KiB before Base64) and room around it.</summary>
    public const int BytesMax = 512 * 1024;

    public const int DepthMax = 32;

    /// <summary>Characters of a name, as OpenStack's schemas have it.</summary>
    public const int NameMax = 255;
}

/// <summary>Reads a request's JSON body as one object, refusing what is too large, too deep or no JSON.</summary>
public static class JsonBody
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = JsonBodyLimits.DepthMax };

    /// <exception cref="ApiException">Too large (413), or not a JSON object (400).</exception>
    public static async Task<JsonFields> ReadAsync(HttpRequest request, CancellationToken token)
    {
        if (request.ContentLength > JsonBodyLimits.BytesMax)
            throw TooLarge();
        using var bytes = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int count;
        while ((count = await request.Body.ReadAsync(buffer, token)) > 0)
        {
            if (bytes.Length + count > JsonBodyLimits.BytesMax)
                throw TooLarge();
            bytes.Write(buffer, 0, count);
        }
        return Parse(bytes.GetBuffer().AsMemory(0, (int)bytes.Length));
    }

    /// <exception cref="ApiException">Not a JSON object (400).</exception>
    public static JsonFields Parse(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8, Options);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw ApiException.BadRequest("Malformed request body: a JSON object is expected.");
            return new JsonFields(document.RootElement.Clone(), "");
        }
        catch (JsonException e)
        {
            throw new ApiException(
                ApiFault.BadRequest,
                $"Malformed request body: not valid JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}).",
                inner: e);
        }
    }

    private static ApiException TooLarge() =>
        new(ApiFault.TooLarge, $"The request body is larger than {JsonBodyLimits.BytesMax} bytes.");
}
