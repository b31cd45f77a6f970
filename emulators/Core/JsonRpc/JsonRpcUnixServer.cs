using System.Net.Sockets;
using Lab.Emulators.Sockets;
using Lab.Protocols.JsonRpc;
using Microsoft.Extensions.Logging;

namespace Lab.Emulators.JsonRpc;

/// <summary>
/// JSON-RPC 2.0 on a Unix socket, as SPDK serves it: any number of clients, texts back to back, garbage closes the connection it came
/// on and no other. A socket file left by a killed process is replaced; one that answers is not.
/// </summary>
public sealed partial class JsonRpcUnixServer : IAsyncDisposable
{
    private readonly UnixListener listener;
    private readonly JsonRpcMethods methods;
    private readonly ILogger logger;
    private readonly CancellationTokenSource stop = new();
    private readonly Task running;

    private JsonRpcUnixServer(UnixListener listener, JsonRpcMethods methods, ILogger logger)
    {
        this.listener = listener;
        this.methods = methods;
        this.logger = logger;
        running = listener.RunAsync(ServeAsync, stop.Token);
    }

    public string Path => listener.Path;

    /// <exception cref="IOException">The socket cannot be made, or another process serves it.</exception>
    public static JsonRpcUnixServer Start(string path, JsonRpcMethods methods, ILogger logger) =>
        new(UnixListener.Open(path, UnixFileMode.UserRead | UnixFileMode.UserWrite, logger), methods, logger);

    public async ValueTask DisposeAsync()
    {
        if (stop.IsCancellationRequested)
            return;
        await stop.CancelAsync();
        await running;
        listener.Dispose();
    }

    private async Task ServeAsync(Socket client, CancellationToken token)
    {
        await using var peer = new JsonRpcPeer(new StreamJsonRpcChannel(new NetworkStream(client)), methods);
        try
        {
            await peer.RunAsync(token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The client, or this server, went away.
        }
        catch (InvalidDataException e)
        {
            LogGarbage(Path, e.Message);
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Path}: closed a connection: {Reason}")]
    private partial void LogGarbage(string path, string reason);
}
