using System.Net;
using System.Net.Sockets;
using Lab.Emulators.Storage.Exports;
using Lab.Emulators.Storage.Store;

namespace Lab.Emulators.Storage.Nbd;

/// <summary>
/// Accepts NBD clients and gives each a thread of its own with a blocking socket. Handing every batch of requests from an event loop to a
/// thread pool and back costs several times what a cached 4 KiB read itself does; a client is a disk, and of those there are few.
/// </summary>
internal sealed partial class NbdListener(
    IPEndPoint address, VolumeStore store, ExportSessions sessions, TimeProvider time, ILogger<NbdListener> logger) : IAsyncDisposable
{
    private const int ConnectionsMax = 4096;
    private const int BacklogMax = 256;

    private readonly Socket socket = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource stopping = new();
    private readonly Dictionary<NbdConnection, Task> connections = [];
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
                LogAcceptFailed(failure.Message);
                continue;
            }
            lock (connections)
            {
                if (connections.Count >= ConnectionsMax)
                {
                    LogTooMany(ConnectionsMax);
                    client.Dispose();
                    continue;
                }
                var connection = new NbdConnection(client, store, sessions, time, logger);
                connections[connection] = Serve(connection);
            }
        }
    }

    private Task Serve(NbdConnection connection)
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
        }) { IsBackground = true, Name = $"nbd {connection.Client}" };
        thread.Start();
        return ended.Task;
    }

    [LoggerMessage(LogLevel.Warning, "NBD: a client could not be accepted: {Reason}")]
    private partial void LogAcceptFailed(string reason);

    [LoggerMessage(LogLevel.Warning, "NBD: a client was turned away, there are {Max} already")]
    private partial void LogTooMany(int max);
}
