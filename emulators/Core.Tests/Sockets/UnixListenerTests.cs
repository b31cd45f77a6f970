using System.Net.Sockets;
using Lab.Emulators.Sockets;
using Microsoft.Extensions.Logging.Abstractions;

namespace Lab.Emulators.Tests.Sockets;

public sealed class UnixListenerTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("unix-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string SocketPath => Path.Combine(directory, "s");

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public async Task Clients_AreServedSideBySide_AndClosedWhenServed()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        using var listener = Open();
        var running = listener.RunAsync(EchoOnceAsync, stop.Token);
        using var first = await ConnectAsync();
        using var second = await ConnectAsync();
        // The first says nothing yet and holds up nobody.
        Assert.Equal((7, 0), await AskAsync(second, 7));
        Assert.Equal((5, 0), await AskAsync(first, 5));
        await stop.CancelAsync();
        await running;
        Assert.False(File.Exists(SocketPath));
    }

    [Fact]
    public async Task End_WaitsForWhoIsBeingServed()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        using var listener = Open();
        var (served, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        var running = listener.RunAsync(async (_, _) =>
        {
            served.SetResult();
            await release.Task;
        }, stop.Token);
        using var client = await ConnectAsync();
        await served.Task.WaitAsync(Token);
        await stop.CancelAsync();
        Assert.False(running.IsCompleted);
        release.SetResult();
        await running.WaitAsync(Token);
    }

    [Fact]
    public async Task ClientsBeyondTheLimit_WaitForAPlace()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        using var listener = Open();
        using var entered = new SemaphoreSlim(0);
        var running = listener.RunAsync((socket, token) =>
        {
            entered.Release();
            return EchoOnceAsync(socket, token);
        }, stop.Token);
        var clients = new List<Socket>();
        for (var i = 0; i < UnixListener.ClientsMax; i++)
        {
            clients.Add(await ConnectAsync());
            // The backlog is shorter than the limit.
            await entered.WaitAsync(Token);
        }
        using var late = await ConnectAsync();
        var answered = AskAsync(late, 9);
        Assert.Equal((1, 0), await AskAsync(clients[0], 1));
        Assert.Equal((9, 0), await answered);
        foreach (var client in clients)
            client.Dispose();
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public void Socket_OfAKilledProcess_IsReplacedAndOfALivingOneNot()
    {
        using (var killed = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
            killed.Bind(new UnixDomainSocketEndPoint(SocketPath));
        using var living = Open();
        Assert.Throws<IOException>(Open);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(SocketPath));
        Assert.Throws<IOException>(() => UnixListener.Open(Path.Combine(directory, new string('x', 200)), null, NullLogger.Instance));
    }

    private UnixListener Open() => UnixListener.Open(SocketPath, UnixFileMode.UserRead | UnixFileMode.UserWrite, NullLogger.Instance);

    private async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath), Token);
        return socket;
    }

    private static async Task EchoOnceAsync(Socket socket, CancellationToken token)
    {
        var one = new byte[1];
        try
        {
            if (await socket.ReceiveAsync(one, token) > 0)
                await socket.SendAsync(one, token);
        }
        catch (OperationCanceledException)
        {
            // The listener ends.
        }
    }

    /// <summary>The answer, and 0 bytes for the end that follows it.</summary>
    private static async Task<(byte Answer, int Next)> AskAsync(Socket socket, byte question)
    {
        await socket.SendAsync(new[] { question }, Token);
        var answer = new byte[1];
        Assert.Equal(1, await socket.ReceiveAsync(answer, Token));
        return (answer[0], await socket.ReceiveAsync(new byte[1], Token));
    }
}
