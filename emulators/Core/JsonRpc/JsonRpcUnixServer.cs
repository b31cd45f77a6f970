using System.Collections.Concurrent;
using System.Net.Sockets;
using Lab.Protocols.JsonRpc;
using Microsoft.Extensions.Logging;

namespace Lab.Emulators.JsonRpc;

/// <summary>
/// JSON-RPC 2.0 on a Unix socket, as SPDK serves it: any number of clients, texts back to back, garbage closes the connection it came
/// on and no other. A socket file left by a killed process is replaced; one that answers is not.
/// </summary>
public sealed partial class JsonRpcUnixServer : IAsyncDisposable
{
    private const int Backlog = 64;

    private readonly Socket listener;
    private readonly JsonRpcMethods methods;
    private readonly ILogger logger;
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentDictionary<Task, byte> clients = new();
    private readonly Task accepting;

    private JsonRpcUnixServer(string path, Socket listener, JsonRpcMethods methods, ILogger logger)
    {
        Path = path;
        this.listener = listener;
        this.methods = methods;
        this.logger = logger;
        accepting = AcceptAsync();
    }

    public string Path { get; }

    /// <exception cref="IOException">The socket cannot be made, or another process serves it.</exception>
    public static JsonRpcUnixServer Start(string path, JsonRpcMethods methods, ILogger logger)
    {
        path = System.IO.Path.GetFullPath(path);
        RemoveLeftOver(path);
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            listener.Bind(UnixSockets.EndPoint(path));
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            listener.Listen(Backlog);
        }
        catch (SocketException e)
        {
            listener.Dispose();
            throw new IOException($"cannot listen on {path}: {e.Message}", e);
        }
        return new JsonRpcUnixServer(path, listener, methods, logger);
    }

    public async ValueTask DisposeAsync()
    {
        if (stop.IsCancellationRequested)
            return;
        await stop.CancelAsync();
        listener.Dispose();
        await accepting;
        await Task.WhenAll(clients.Keys);
        File.Delete(Path);
    }

    private static void RemoveLeftOver(string path)
    {
        if (!File.Exists(path))
            return;
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(UnixSockets.EndPoint(path));
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            File.Delete(path);
            return;
        }
        catch (SocketException e)
        {
            throw new IOException($"{path} is in the way: {e.Message}", e);
        }
        throw new IOException($"another process serves {path}");
    }

    private async Task AcceptAsync()
    {
        while (!stop.IsCancellationRequested)
        {
            Socket client;
            try
            {
                client = await listener.AcceptAsync(stop.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException e)
            {
                LogAcceptFailed(Path, e.Message);
                continue;
            }
            var serving = ServeAsync(client);
            clients.TryAdd(serving, 0);
            _ = serving.ContinueWith(t => clients.TryRemove(t, out _), TaskScheduler.Default);
        }
    }

    private async Task ServeAsync(Socket client)
    {
        await using var peer = new JsonRpcPeer(new StreamJsonRpcChannel(new NetworkStream(client, ownsSocket: true)), methods);
        try
        {
            await peer.RunAsync(stop.Token);
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

    [LoggerMessage(LogLevel.Warning, "{Path}: accept: {Reason}")]
    private partial void LogAcceptFailed(string path, string reason);
}
