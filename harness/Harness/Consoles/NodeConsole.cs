using System.Net;
using System.Net.Http.Headers;
using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Lab.Harness.Launch;
using Lab.Interop.Linux;

namespace Lab.Harness.Consoles;

/// <summary>
/// The serial console of a node over its BMC, as on any bare metal: a WebSocket that the BMC's Redfish service names. It is connected
/// anew when the BMC went away.
/// </summary>
public sealed class NodeConsole : IAsyncDisposable
{
    private NodeConsole(SerialConsole console)
    {
        Console = console;
        Shell = new GuestShell(console);
    }

    public SerialConsole Console { get; }
    public GuestShell Shell { get; }

    public static async Task<NodeConsole> ConnectAsync(
        NetworkNamespace network, IPAddress bmc, NodePaths files, TestbedSecrets secrets, TimeProvider clock, CancellationToken token)
    {
        var credentials = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{TestbedSecrets.BmcUser}:{secrets.BmcPassword}")));
        using var handler = CreateHandler(network, files.BmcCertificate);
        using var http = new HttpClient(handler) { BaseAddress = new Uri($"https://{bmc}/") };
        http.DefaultRequestHeaders.Authorization = credentials;
        var system = await GetAsync(http, "/redfish/v1/Systems", token);
        system = await GetAsync(http, system.GetProperty("Members")[0].GetProperty("@odata.id").GetString()!, token);
        var uri = system.GetProperty("SerialConsole").GetProperty("WebSocket").GetProperty("ConsoleURI").GetString()!;

        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", credentials.ToString());
        var target = new UriBuilder(new Uri(http.BaseAddress, uri)) { Scheme = "wss" }.Uri;
        using var invoker = new HttpMessageInvoker(CreateHandler(network, files.BmcCertificate));
        await socket.ConnectAsync(target, invoker, token);
        return new NodeConsole(new SerialConsole(WebSocketStream.Create(socket, WebSocketMessageType.Binary, ownsWebSocket: true), clock));
    }

    public async ValueTask DisposeAsync()
    {
        Shell.Dispose();
        await Console.DisposeAsync();
    }

    private static async Task<JsonElement> GetAsync(HttpClient http, string path, CancellationToken token)
    {
        using var document = JsonDocument.Parse(await http.GetStringAsync(path, token));
        return document.RootElement.Clone();
    }

    /// <summary>The BMC made its certificate itself; the one it shows must be the one in its state directory.</summary>
    private static SocketsHttpHandler CreateHandler(NetworkNamespace network, string certificateFile) => new()
    {
        ConnectCallback = network.ConnectAsync,
        SslOptions =
        {
            RemoteCertificateValidationCallback = (_, shown, _, _) =>
            {
                using var expected = X509CertificateLoader.LoadCertificateFromFile(certificateFile);
                return shown is not null && shown.GetRawCertData().AsSpan().SequenceEqual(expected.RawDataMemory.Span);
            },
        },
    };
}
