using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Lab.Emulators.Sockets;

/// <summary>A Unix socket that is listened on: any number of clients, each served apart from the others.</summary>
public sealed partial class UnixListener : IDisposable
{
    /// <summary>Clients served at once; the next wait in the backlog.</summary>
    public const int ClientsMax = 256;
    private const int Backlog = 64;

    private readonly Socket socket;
    private readonly ILogger logger;

    private UnixListener(string path, Socket socket, ILogger logger)
    {
        Path = path;
        this.socket = socket;
        this.logger = logger;
    }

    public string Path { get; }

    /// <summary>Listens in place of a killed predecessor, of which the file is left; one that lives is not replaced.</summary>
    /// <param name="mode">Who may connect; null leaves it to the process's mask.</param>
    /// <exception cref="IOException">The socket cannot be made, or another process serves it.</exception>
    public static UnixListener Open(string path, UnixFileMode? mode, ILogger logger)
    {
        path = System.IO.Path.GetFullPath(path);
        RemoveLeftOver(path);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Bind(UnixSockets.EndPoint(path));
            if (mode is { } chosen)
                File.SetUnixFileMode(path, chosen);
            socket.Listen(Backlog);
            return new UnixListener(path, socket, logger);
        }
        catch (Exception e)
        {
            socket.Dispose();
            throw e is SocketException ? new IOException($"cannot listen on {path}: {e.Message}", e) : e;
        }
    }

    /// <summary>
    /// Serves clients until <paramref name="token"/> ends it, and returns when the last one is done. A client's socket is closed when
    /// <paramref name="serve"/> returns.
    /// </summary>
    /// <param name="serve">Does not throw what a client can cause.</param>
    public async Task RunAsync(Func<Socket, CancellationToken, Task> serve, CancellationToken token)
    {
        var served = new List<Task>();
        try
        {
            while (true)
            {
                served.RemoveAll(task => task.IsCompletedSuccessfully);
                if (served.Count >= ClientsMax)
                    await (await Task.WhenAny(served).WaitAsync(token));
                else if (await TryAcceptAsync(served, token) is { } client)
                    served.Add(ServeAsync(client, serve, token));
            }
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            // Its owner ends.
        }
        finally
        {
            File.Delete(Path);
            await Task.WhenAll(served);
        }
    }

    public void Dispose() => socket.Dispose();

    private async Task<Socket?> TryAcceptAsync(List<Task> served, CancellationToken token)
    {
        try
        {
            return await socket.AcceptAsync(token);
        }
        catch (SocketException e) when (served.Count > 0)
        {
            // Out of descriptors: one is free when a client goes.
            LogAcceptFailed(Path, e.Message);
            await Task.WhenAny(served).WaitAsync(token);
            return null;
        }
    }

    private static async Task ServeAsync(Socket client, Func<Socket, CancellationToken, Task> serve, CancellationToken token)
    {
        await Task.Yield();
        using (client)
            await serve(client, token);
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

    [LoggerMessage(LogLevel.Warning, "{Path}: accept: {Reason}")]
    private partial void LogAcceptFailed(string path, string reason);
}
