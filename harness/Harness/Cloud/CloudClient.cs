using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Lab.Harness.Cloud;

/// <summary>
/// The cloud's OpenStack APIs as one project sees them: requests a token, finds the endpoints in the catalog, and passes the current
/// trace on, so that an operation's spans can be found again.
/// </summary>
public sealed class CloudClient : IDisposable
{
    private readonly HttpClient http;
    private readonly Dictionary<string, string> endpoints;

    private CloudClient(HttpClient http, string projectId, Dictionary<string, string> endpoints)
    {
        this.http = http;
        this.endpoints = endpoints;
        ProjectId = projectId;
    }

    public string ProjectId { get; }

    /// <param name="identity">Base of the identity service, such as <c>https://manager:8443/identity/v3</c>.</param>
    /// <exception cref="CloudException">The credentials are refused.</exception>
    public static async Task<CloudClient> LogInAsync(
        HttpMessageHandler handler, Uri identity, string user, string password, string project, CancellationToken token)
    {
        var http = new HttpClient(handler, disposeHandler: false) { Timeout = TimeSpan.FromMinutes(5) };
        var body = new JsonObject
        {
            ["auth"] = new JsonObject
            {
                ["identity"] = new JsonObject
                {
                    ["methods"] = new JsonArray("password"),
                    ["password"] = new JsonObject
                    {
                        ["user"] = new JsonObject { ["name"] = user, ["domain"] = new JsonObject { ["id"] = "default" }, ["password"] = password },
                    },
                },
                ["scope"] = new JsonObject
                {
                    ["project"] = new JsonObject { ["name"] = project, ["domain"] = new JsonObject { ["id"] = "default" } },
                },
            },
        };
        using var response = await http.PostAsJsonAsync($"{identity.ToString().TrimEnd('/')}/auth/tokens", body, token);
        await ThrowIfRefusedAsync(response, token);
        http.DefaultRequestHeaders.Add("X-Auth-Token", response.Headers.GetValues("X-Subject-Token").Single());
        using var document = await JsonDocument.ParseAsync(await response.Content.ReadAsStreamAsync(token), cancellationToken: token);
        var root = document.RootElement.GetProperty("token");
        var endpoints = root.GetProperty("catalog").EnumerateArray().ToDictionary(
            s => s.GetProperty("type").GetString()!,
            s => s.GetProperty("endpoints").EnumerateArray()
                .First(e => e.GetProperty("interface").GetString() == "public").GetProperty("url").GetString()!.TrimEnd('/'));
        // The manager's own, beside what OpenStack has: not in the catalog.
        endpoints["enrolment"] = identity.GetLeftPart(UriPartial.Authority) + "/v1";
        return new CloudClient(http, root.GetProperty("project").GetProperty("id").GetString()!, endpoints);
    }

    public Task<JsonElement> GetAsync(string service, string path, CancellationToken token) =>
        SendAsync(HttpMethod.Get, service, path, null, token);

    public Task<JsonElement> PostAsync(string service, string path, JsonNode body, CancellationToken token) =>
        SendAsync(HttpMethod.Post, service, path, JsonContent.Create(body), token);

    public Task DeleteAsync(string service, string path, CancellationToken token) =>
        SendAsync(HttpMethod.Delete, service, path, null, token);

    public Task UploadAsync(string service, string path, Stream content, CancellationToken token)
    {
        var stream = new StreamContent(content);
        stream.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        return SendAsync(HttpMethod.Put, service, path, stream, token);
    }

    /// <returns>The status of a request that may be refused; for probes of what is not allowed.</returns>
    public async Task<HttpStatusCode> StatusOfAsync(HttpMethod method, string service, string path, JsonNode? body, CancellationToken token)
    {
        using var request = Request(method, service, path, body is null ? null : JsonContent.Create(body));
        using var response = await http.SendAsync(request, token);
        return response.StatusCode;
    }

    public void Dispose() => http.Dispose();

    private HttpRequestMessage Request(HttpMethod method, string service, string path, HttpContent? content)
    {
        var root = endpoints.TryGetValue(service, out var endpoint) ? endpoint : throw new LabException($"the catalog has no {service} service");
        // Clients of the network service append the version themselves; the others' catalog entries carry it.
        var version = service switch { "network" => "/v2.0", "image" => "/v2", "baremetal" => "/v1", _ => "" };
        var request = new HttpRequestMessage(method, $"{root}{version}/{path}") { Content = content };
        if (Activity.Current?.Id is { } parent)
            request.Headers.TryAddWithoutValidation("traceparent", parent);
        return request;
    }

    private async Task<JsonElement> SendAsync(HttpMethod method, string service, string path, HttpContent? content, CancellationToken token)
    {
        using var request = Request(method, service, path, content);
        using var response = await http.SendAsync(request, token);
        await ThrowIfRefusedAsync(response, token);
        var text = await response.Content.ReadAsStringAsync(token);
        return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement.Clone();
    }

    private static async Task ThrowIfRefusedAsync(HttpResponseMessage response, CancellationToken token)
    {
        if (!response.IsSuccessStatusCode)
            throw new CloudException(
                response.StatusCode,
                $"{response.RequestMessage?.Method} {response.RequestMessage?.RequestUri?.AbsolutePath}: {await response.Content.ReadAsStringAsync(token)}");
    }
}

/// <summary>The cloud refused a request or an operation failed.</summary>
public sealed class CloudException(HttpStatusCode status, string message) : Exception($"{(int)status} {message}")
{
    public HttpStatusCode Status => status;
}
