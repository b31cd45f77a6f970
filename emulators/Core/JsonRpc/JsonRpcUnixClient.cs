using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lab.Emulators.Sockets;
using Lab.Protocols.JsonRpc;

namespace Lab.Emulators.JsonRpc;

/// <summary>
/// Calls a JSON-RPC server on a Unix socket. Connects at the first call and again after the server went away, so the server may be
/// restarted at any time; a call in flight then fails and is not repeated, since only the caller knows whether it may be.
/// </summary>
public sealed class JsonRpcUnixClient(string path) : IAsyncDisposable
{
    private readonly SemaphoreSlim connecting = new(1, 1);
    private readonly CancellationTokenSource stop = new();
    private Connection? current;

    /// <summary>Ends when the connection in use is gone: the server may then be another process. Ended while there is none.</summary>
    public Task Disconnected => current?.Running ?? Task.CompletedTask;

    /// <exception cref="JsonRpcException">The server answered with an error.</exception>
    /// <exception cref="IOException">There is no server, or it closed before the answer.</exception>
    public async Task<JsonElement> InvokeAsync(string method, JsonNode? parameters, CancellationToken token)
    {
        var connection = await ConnectAsync(token);
        try
        {
            return await connection.Peer.InvokeAsync(method, parameters, token);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            throw new IOException($"{path}: {e.Message}", e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        if (current is { } connection)
            await connection.CloseAsync();
        connecting.Dispose();
        stop.Dispose();
    }

    private async Task<Connection> ConnectAsync(CancellationToken token)
    {
        await connecting.WaitAsync(token);
        try
        {
            if (current is { Running.IsCompleted: false } alive)
                return alive;
            if (current is { } dead)
            {
                current = null;
                await dead.CloseAsync();
            }
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(UnixSockets.EndPoint(path), token);
            }
            catch (Exception e)
            {
                socket.Dispose();
                if (e is SocketException)
                    throw new IOException($"{path}: {e.Message}", e);
                throw;
            }
            return current = new Connection(socket, stop.Token);
        }
        finally
        {
            connecting.Release();
        }
    }

    private sealed class Connection
    {
        private readonly CancellationTokenSource stop;

        public Connection(Socket socket, CancellationToken token)
        {
            stop = CancellationTokenSource.CreateLinkedTokenSource(token);
            Peer = new JsonRpcPeer(new StreamJsonRpcChannel(new NetworkStream(socket, ownsSocket: true)));
            Running = RunAsync();
        }

        public JsonRpcPeer Peer { get; }

        public Task Running { get; }

        public async Task CloseAsync()
        {
            await stop.CancelAsync();
            await Running;
            await Peer.DisposeAsync();
            stop.Dispose();
        }

        private async Task RunAsync()
        {
            try
            {
                await Peer.RunAsync(stop.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or IOException or InvalidDataException)
            {
                // Whoever waits for an answer has been told by the peer.
            }
        }
    }
}
