using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lab.Contracts.Link;

namespace Lab.Manager.BlockStorage;

/// <summary><see cref="IStorageTarget"/> over HTTP. A target that restarts is waited for a while: its supervisor brings it back.</summary>
internal sealed class StorageTargetClient(HttpClient http, TimeProvider time) : IStorageTarget
{
    private const int TriesMax = 8;
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(500);

    public async Task CreateVolumeAsync(Guid id, long sizeBytes, Guid? snapshotId, CancellationToken token)
    {
        var body = new JsonObject { ["id"] = Text(id), ["size_bytes"] = sizeBytes };
        if (snapshotId is { } snapshot)
            body["snapshot_id"] = Text(snapshot);
        await SendAsync(HttpMethod.Post, "v1/volumes", body, token);
    }

    public Task DeleteVolumeAsync(Guid id, CancellationToken token) => DeleteAsync("v1/volumes/" + Text(id), token);

    public Task ResizeVolumeAsync(Guid id, long sizeBytes, CancellationToken token) =>
        SendAsync(HttpMethod.Post, $"v1/volumes/{Text(id)}/resize", new JsonObject { ["size_bytes"] = sizeBytes }, token);

    public async Task WriteContentAsync(Guid id, Stream raw, CancellationToken token)
    {
        using var content = new StreamContent(raw);
        content.Headers.ContentType = new("application/octet-stream");
        using var request = new HttpRequestMessage(HttpMethod.Put, $"v1/volumes/{Text(id)}/content") { Content = content };
        try
        {
            using var response = await http.SendAsync(request, token);
            if (!response.IsSuccessStatusCode)
                throw await RefusedAsync(request, response, token);
        }
        catch (HttpRequestException e)
        {
            throw new StorageTargetException($"storage target: {e.Message}", inner: e);
        }
    }

    public Task CreateSnapshotAsync(Guid id, Guid volumeId, CancellationToken token) =>
        SendAsync(HttpMethod.Post, "v1/snapshots", new JsonObject { ["id"] = Text(id), ["volume_id"] = Text(volumeId) }, token);

    public Task DeleteSnapshotAsync(Guid id, CancellationToken token) => DeleteAsync("v1/snapshots/" + Text(id), token);

    public async Task<string> CreateExportAsync(
        string name, Guid volumeId, StorageClient client, bool readOnly, CancellationToken token)
    {
        var body = new JsonObject
        {
            ["id"] = name,
            ["volume_id"] = Text(volumeId),
            ["clients"] = new JsonArray(client.Address),
            ["hosts"] = new JsonArray(new JsonObject { ["nqn"] = client.Host.Nqn, ["secret"] = client.Host.DhchapSecret }),
            ["read_only"] = readOnly,
        };
        var export = await SendAsync(HttpMethod.Post, "v1/exports", body, token);
        return UrlOf(export) ?? throw new StorageTargetException($"storage target: export {name} has no url");
    }

    public Task DeleteExportAsync(string name, CancellationToken token) => DeleteAsync("v1/exports/" + Uri.EscapeDataString(name), token);

    private static string? UrlOf(JsonNode? export) => export?["nvme"] is not { } nvme
        ? export?["url"]?.GetValue<string>()
        : new NvmeTcpUrl(IPAddress.Parse(nvme["address"]!.GetValue<string>()), nvme["port"]!.GetValue<int>(), nvme["subnqn"]!.GetValue<string>()).ToString();

    private static string Text(Guid id) => id.ToString("D", CultureInfo.InvariantCulture);

    private async Task DeleteAsync(string path, CancellationToken token)
    {
        try
        {
            await SendAsync(HttpMethod.Delete, path, null, token);
        }
        catch (StorageTargetException e) when (e.Status == (int)HttpStatusCode.NotFound)
        {
            // Gone already: a repeated step.
        }
    }

    private async Task<JsonNode?> SendAsync(HttpMethod method, string path, JsonObject? body, CancellationToken token)
    {
        for (var attempt = 1; ; attempt++)
        {
            using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
            try
            {
                using var response = await http.SendAsync(request, token);
                if (response.StatusCode == HttpStatusCode.ServiceUnavailable && attempt < TriesMax)
                    goto retry;
                if (!response.IsSuccessStatusCode)
                    throw await RefusedAsync(request, response, token);
                var text = await response.Content.ReadAsStringAsync(token);
                return text.Length == 0 ? null : JsonNode.Parse(text);
            }
            catch (HttpRequestException) when (attempt < TriesMax)
            {
                // Every call is idempotent, so that a lost answer may be asked for again.
            }
            catch (Exception e) when (e is HttpRequestException or JsonException)
            {
                throw new StorageTargetException($"storage target: {method} {path}: {e.Message}", inner: e);
            }
            retry:
            await Task.Delay(RetryDelay, time, token);
        }
    }

    private static async Task<StorageTargetException> RefusedAsync(HttpRequestMessage request, HttpResponseMessage response, CancellationToken token)
    {
        var text = await response.Content.ReadAsStringAsync(token);
        string? message = null;
        try
        {
            message = JsonNode.Parse(text)?["error"]?["message"]?.GetValue<string>();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Not in the target's error shape; the status says enough.
        }
        return new StorageTargetException(
            $"storage target: {request.Method} {request.RequestUri?.AbsolutePath}: {(int)response.StatusCode} {message}".TrimEnd(), (int)response.StatusCode);
    }
}
