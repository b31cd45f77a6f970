using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lab.Protocols.JsonRpc;

namespace Lab.Agent.Dpu;

/// <summary>A service of the DPU cannot be reached, did not answer in time, or speaks something else.</summary>
public sealed class DpuException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// JSON-RPC client on a Unix socket that connects when first called and again after the service was restarted. Calls go one at a time:
/// the services of the DPU change state in the order in which they are asked.
/// </summary>
public sealed class UnixRpc(string socketPath, TimeProvider time) : IAsyncDisposable
{
    private readonly SemaphoreSlim turn = new(1, 1);
    private JsonRpcPeer? peer;
    private CancellationTokenSource? stopReading;
    private Task reading = Task.CompletedTask;

    /// <summary>Runs after each new connection, before the call that made it.</summary>
    public Func<Func<string, JsonNode?, CancellationToken, Task<JsonElement>>, CancellationToken, Task>? Connected { get; init; }

    /// <exception cref="JsonRpcException">The service refused.</exception>
    /// <exception cref="DpuException">The service is away, or <paramref name="timeout"/> passed.</exception>
    public async Task<JsonElement> CallAsync(string method, JsonNode? parameters, TimeSpan timeout, CancellationToken token)
    {
        await turn.WaitAsync(token);
        try
        {
            using var late = new CancellationTokenSource(timeout, time);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(token, late.Token);
            try
            {
                var connected = await ConnectAsync(both.Token);
                return await connected.InvokeAsync(method, parameters, both.Token);
            }
            catch (OperationCanceledException) when (!token.IsCancellationRequested)
            {
                await CloseAsync();
                throw new DpuException($"{socketPath}: no answer to {method} within {timeout.TotalSeconds:0} s");
            }
            catch (Exception e) when (e is IOException or SocketException or InvalidDataException or ObjectDisposedException)
            {
                await CloseAsync();
                throw new DpuException($"{socketPath}: {method}: {e.Message}", e);
            }
        }
        finally
        {
            turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        turn.Dispose();
    }

    private async Task<JsonRpcPeer> ConnectAsync(CancellationToken token)
    {
        if (peer is { } open && !reading.IsCompleted)
            return open;
        await CloseAsync();
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), token);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
        var fresh = new JsonRpcPeer(new StreamJsonRpcChannel(new NetworkStream(socket, ownsSocket: true)));
        peer = fresh;
        stopReading = new CancellationTokenSource();
        reading = ReadAsync(fresh, stopReading.Token);
        if (Connected is not null)
        {
            try
            {
                await Connected(fresh.InvokeAsync, token);
            }
            catch
            {
                await CloseAsync();
                throw;
            }
        }
        return fresh;
    }

    private static async Task ReadAsync(JsonRpcPeer connection, CancellationToken token)
    {
        try
        {
            await connection.RunAsync(token);
        }
        catch (Exception e) when (e is IOException or SocketException or InvalidDataException or OperationCanceledException
            or JsonException)
        {
            // The next call connects again and tells.
        }
    }

    private async Task CloseAsync()
    {
        if (peer is not { } open)
            return;
        peer = null;
        // The reader ends first: disposing takes its pipe away.
        await stopReading!.CancelAsync();
        await reading;
        stopReading.Dispose();
        await open.DisposeAsync();
    }
}
