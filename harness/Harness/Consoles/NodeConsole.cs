using System.Net;
using System.Net.WebSockets;
using Lab.Harness.Launch;
using Lab.Harness.Power;
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
        var credentials = BmcHttp.Basic(TestbedSecrets.BmcUser, secrets.BmcPassword);
        var fingerprint = BmcHttp.FingerprintOf(files.BmcCertificate);
        using var http = BmcHttp.CreateClient(network, bmc, credentials, fingerprint);
        var system = await http.GetSystemAsync(token);
        var uri = system.GetProperty("SerialConsole").GetProperty("WebSocket").GetProperty("ConsoleURI").GetString()!;

        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", credentials.ToString());
        var target = new UriBuilder(new Uri(http.BaseAddress!, uri)) { Scheme = "wss" }.Uri;
        using var invoker = new HttpMessageInvoker(BmcHttp.CreateHandler(network, fingerprint));
        await socket.ConnectAsync(target, invoker, token);
        return new NodeConsole(new SerialConsole(WebSocketStream.Create(socket, WebSocketMessageType.Binary, ownsWebSocket: true), clock));
    }

    public async ValueTask DisposeAsync()
    {
        Shell.Dispose();
        await Console.DisposeAsync();
    }
}
