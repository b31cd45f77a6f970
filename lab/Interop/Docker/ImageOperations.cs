using System.Net;

namespace Lab.Interop.Docker;

public sealed record ImageInspectResponse(string Id, long Size);

public sealed class ImageOperations(DockerClient client)
{
    /// <summary>Makes an image of a root file system's tar archive (<c>docker import</c>).</summary>
    /// <param name="changes">Dockerfile instructions such as <c>ENTRYPOINT […]</c>.</param>
    public async Task ImportImageAsync(Stream tar, string repository, string tag, IEnumerable<string> changes, CancellationToken token)
    {
        var query = string.Concat(changes.Select(c => "&changes=" + Uri.EscapeDataString(c)));
        using var content = new StreamContent(tar);
        content.Headers.ContentType = new("application/x-tar");
        using var response = await client.SendAsync(HttpMethod.Post, $"images/create?fromSrc=-&repo={repository}&tag={tag}{query}", content, token);
        // Progress comes as JSON lines with status 200; an error is one of them.
        var progress = await response.Content.ReadAsStringAsync(token);
        if (progress.Contains("\"error\"", StringComparison.Ordinal))
            throw new DockerApiException(HttpStatusCode.InternalServerError, progress.Trim());
    }

    /// <returns>Null when there is no such image.</returns>
    public async Task<ImageInspectResponse?> FindImageAsync(string name, CancellationToken token)
    {
        try
        {
            return await client.ReadAsync(HttpMethod.Get, $"images/{name}/json", null, DockerJson.Default.ImageInspectResponse, token);
        }
        catch (DockerApiException e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    public async Task DeleteImageAsync(string name, CancellationToken token)
    {
        using var response = await client.SendAsync(HttpMethod.Delete, $"images/{name}", null, token);
    }
}
