using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Lab.Interop.Docker;

/// <summary>
/// Docker Engine's HTTP API over its Unix socket (https://docs.docker.com/reference/api/engine/version/v1.41/), shaped like
/// Docker.DotNet so that changing over is local.
/// </summary>
public sealed class DockerClient : IDisposable
{
    /// <summary>Served by every engine since 20.10 (Debian 12's has it).</summary>
    private const string Version = "v1.41";

    private readonly HttpClient http;

    public DockerClient(string socketPath)
    {
        SocketPath = socketPath;
        http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, token) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), token);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
        })
        {
            BaseAddress = new Uri($"http://docker/{Version}/"),
            Timeout = TimeSpan.FromMinutes(5),
        };
        Containers = new ContainerOperations(this);
        Exec = new ExecOperations(this);
        Images = new ImageOperations(this);
        System = new SystemOperations(this);
    }

    public string SocketPath { get; }
    public ContainerOperations Containers { get; }
    public ExecOperations Exec { get; }
    public ImageOperations Images { get; }
    public SystemOperations System { get; }

    public void Dispose() => http.Dispose();

    /// <exception cref="DockerApiException">The engine answered with an error status.</exception>
    internal async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content, CancellationToken token)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, token);
        if (response.IsSuccessStatusCode)
            return response;
        using (response)
            throw new DockerApiException(response.StatusCode, Message(await response.Content.ReadAsStringAsync(token)));
    }

    internal async Task<T> ReadAsync<T>(HttpMethod method, string path, HttpContent? content, JsonTypeInfo<T> type, CancellationToken token)
    {
        using var response = await SendAsync(method, path, content, token);
        await using var body = await response.Content.ReadAsStreamAsync(token);
        return await JsonSerializer.DeserializeAsync(body, type, token) ?? throw new InvalidDataException($"docker answered null to {path}");
    }

    internal static StringContent Json<T>(T body, JsonTypeInfo<T> type) =>
        new(JsonSerializer.Serialize(body, type), Encoding.UTF8, "application/json");

    private static string Message(string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.GetProperty("message").GetString() ?? body;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return body.Trim();
        }
    }
}
