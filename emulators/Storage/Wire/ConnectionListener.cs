using System.Net;
using System.Net.Sockets;

namespace Lab.Emulators.Storage.Wire;

/// <summary>One client of a front.</summary>
internal interface IClientConnection
{
    IPAddress Client { get; }

    /// <summary>Serves the client on the calling thread; returns when it is gone and none of its requests is being worked on.</summary>
    void Run();

    /// <summary>Ends the connection from another thread: <see cref="Run"/> returns soon.</summary>
    void Abort();
}

/// <summary>
/// Accepts clients and gives each a thread of its own with a blocking socket. Handing every batch of requests from an event loop to a
/// thread pool and back costs several times what a cached 4 KiB read itself does; a client is a disk's queue, and of those there are few.
/// </summary>
/// <param name="front">Name of the front in logs.</param>
internal sealed partial class ConnectionListener(
    string front, IPEndPoint address, Func<Socket, IClientConnection> connect, ILogger<ConnectionListener> logger) : IAsyncDisposable
{
    private const int ConnectionsMax = 4096;
    private const int BacklogMax = 256;

    private readonly Socket socket = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource stopping = new();
    private readonly Dictionary<IClientConnection, Task> connections = [];
    private Task accepting = Task.CompletedTask;

    /// <summary>Where it listens, once started.</summary>
    public IPEndPoint EndPoint => (IPEndPoint)socket.LocalEndPoint!;

    /// <exception cref="SocketException">The address is not to be had.</exception>
    public void Start()
    {
        socket.Bind(address);
        socket.Listen(BacklogMax);
        accepting = AcceptAsync(stopping.Token);
    }

    /// <summary>Ends every connection, and waits until their last requests are done.</summary>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        socket.Dispose();
        await accepting;
        Task[] running;
        lock (connections)
        {
            foreach (var connection in connections.Keys)
                connection.Abort();
            running = [.. connections.Values];
        }
        await Task.WhenAll(running);
        stopping.Dispose();
    }

    private async Task AcceptAsync(CancellationToken token)
    {
        while (!token.IsCancellationRequested)
        {
            Socket client;
            try
            {
                client = await socket.AcceptAsync(token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
            {
                if (token.IsCancellationRequested)
                    return;
                LogAcceptFailed(front, failure.Message);
                continue;
            }
            lock (connections)
            {
                if (connections.Count >= ConnectionsMax)
                {
                    LogTooMany(front, ConnectionsMax);
                    client.Dispose();
                    continue;
                }
                client.NoDelay = true;
                // A client whose machine is gone says nothing; without this its connection would hold the export for ever.
                client.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
                var connection = connect(client);
                connections[connection] = Serve(connection);
            }
        }
    }

    private Task Serve(IClientConnection connection)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                connection.Run();
            }
            finally
            {
                lock (connections)
                    connections.Remove(connection);
                ended.TrySetResult();
            }
        }) { IsBackground = true, Name = $"{front} {connection.Client}" };
        thread.Start();
        return ended.Task;
    }

    [LoggerMessage(LogLevel.Warning, "{Front}: a client could not be accepted: {Reason}")]
    private partial void LogAcceptFailed(string front, string reason);

    [LoggerMessage(LogLevel.Warning, "{Front}: a client was turned away, there are {Max} already")]
    private partial void LogTooMany(string front, int max);
}
