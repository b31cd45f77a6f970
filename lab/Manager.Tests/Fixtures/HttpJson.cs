using System.Text;
using System.Text.Json.Nodes;

namespace Lab.Manager.Tests.Fixtures;

/// <summary>Short words for JSON over HTTP.</summary>
internal static class HttpJson
{
    public static async Task<(int Status, JsonObject Body)> CallAsync(this HttpClient client, string method, string path, string? json = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (json is not null)
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return ((int)response.StatusCode, text.Length == 0 ? [] : JsonNode.Parse(text)!.AsObject());
    }

    /// <summary>Makes a thing and returns it: <c>{"network": {…}}</c> → the inner object.</summary>
    public static async Task<JsonObject> CreateAsync(this HttpClient client, string path, string json)
    {
        var (status, body) = await client.CallAsync("POST", path, json);
        Assert.True(status is 200 or 201 or 202, $"{path}: {status} {body.ToJsonString()}");
        return body.Count == 1 ? body.Single().Value!.AsObject() : body;
    }

    public static string Id(this JsonObject thing) => thing["id"]!.GetValue<string>();
}
