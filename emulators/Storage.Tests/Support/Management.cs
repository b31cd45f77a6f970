using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Lab.Emulators.Storage.Tests.Support;

/// <summary>A client of the management, by nothing but its wire.</summary>
internal sealed class Management(HttpClient http)
{
    public static Management At(IPEndPoint rest) => new(new HttpClient { BaseAddress = new Uri($"http://{rest}/v1/") });

    public HttpClient Http => http;

    public async Task<JsonElement> GetAsync(string path) => await ReadAsync(await http.GetAsync(path), HttpStatusCode.OK);

    public async Task<JsonElement> PostAsync(string path, JsonObject body, HttpStatusCode expected = HttpStatusCode.Created) =>
        await ReadAsync(await http.PostAsJsonAsync(path, body), expected);

    public async Task DeleteAsync(string path, HttpStatusCode expected = HttpStatusCode.NoContent)
    {
        using var response = await http.DeleteAsync(path);
        Assert.Equal(expected, response.StatusCode);
    }

    public async Task<Guid> CreateVolumeAsync(long sizeBytes)
    {
        var id = Guid.NewGuid();
        await PostAsync("volumes", new JsonObject { ["id"] = id, ["size_bytes"] = sizeBytes });
        return id;
    }

    public async Task ResizeAsync(Guid volume, long sizeBytes) =>
        await PostAsync($"volumes/{volume}/resize", new JsonObject { ["size_bytes"] = sizeBytes }, HttpStatusCode.OK);

    public async Task<Guid> SnapshotAsync(Guid volume)
    {
        var id = Guid.NewGuid();
        await PostAsync("snapshots", new JsonObject { ["id"] = id, ["volume_id"] = volume });
        return id;
    }

    public async Task<Guid> CloneAsync(Guid snapshot)
    {
        var id = Guid.NewGuid();
        await PostAsync("volumes", new JsonObject { ["id"] = id, ["snapshot_id"] = snapshot });
        return id;
    }

    /// <summary>Exports a volume to this machine; returns the URL.</summary>
    public async Task<string> ExportAsync(Guid volume, bool readOnly = false, string client = "127.0.0.1")
    {
        var export = await PostAsync("exports", new JsonObject
        {
            ["id"] = $"e-{Guid.NewGuid():N}",
            ["volume_id"] = volume,
            ["clients"] = new JsonArray(client),
            ["read_only"] = readOnly,
        });
        return export.GetProperty("url").GetString()!;
    }

    public Task EndExportAsync(string url) => DeleteAsync("exports/" + url[(url.LastIndexOf('/') + 1)..]);

    public async Task<long> PoolUsedAsync() => (await GetAsync("pools")).GetProperty("pools")[0].GetProperty("used_bytes").GetInt64();

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage response, HttpStatusCode expected)
    {
        using (response)
        {
            var text = await response.Content.ReadAsStringAsync();
            Assert.True(response.StatusCode == expected, $"{response.StatusCode}, not {expected}: {text}");
            return JsonSerializer.Deserialize<JsonElement>(text);
        }
    }
}
