using System.Net.Http.Headers;
using System.Text;

namespace Lab.Emulators.Bmc.Media;

/// <summary>Gets an image from a URL that the guard allows.</summary>
internal static class FetchedImage
{
    private const int BufferBytes = 128 * 1024;

    internal static Task DropAsync(UrlGuard guard, Uri uri, string? userName, string? password, long bytesMax, CancellationToken token) =>
        CopyAsync(guard, uri, userName, password, Stream.Null, bytesMax, token);

    /// <summary>Copies the image. BMCs seldom know the authorities of image servers, so certificates are not verified.</summary>
    /// <exception cref="IOException">It has more than <paramref name="bytesMax"/> bytes, or cannot be written.</exception>
    /// <exception cref="HttpRequestException">It cannot be had.</exception>
    internal static async Task CopyAsync(
        UrlGuard guard, Uri uri, string? userName, string? password, Stream target, long bytesMax, CancellationToken token)
    {
        using var client = guard.CreateClient(verifyCertificate: false);
        using var request = new HttpRequestMessage(HttpMethod.Get, uri);
        if (!string.IsNullOrEmpty(userName))
            request.Headers.Authorization = new AuthenticationHeaderValue(
                "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{userName}:{password}")));
        using var response = await client.SendAsync(request, token);
        response.EnsureSuccessStatusCode();
        await using var source = await response.Content.ReadAsStreamAsync(token);
        var buffer = new byte[BufferBytes];
        long total = 0;
        for (int count; (count = await source.ReadAsync(buffer, token)) > 0;)
        {
            total += count;
            if (total > bytesMax)
                throw new IOException($"the image has more than {bytesMax} bytes");
            await target.WriteAsync(buffer.AsMemory(0, count), token);
        }
    }
}
