using System.Net.WebSockets;

namespace Lab.Emulators.Bmc.Console;

/// <summary>
/// One client of the console: the log's bytes from an offset on as binary messages, and its own messages typed into the host.
/// A client too slow for the log is cut off, since bytes it missed would corrupt what it counts.
/// </summary>
internal static class ConsoleWebSocket
{
    private const int SendBytes = 16 * 1024;
    private const int ReceiveBytes = 4 * 1024;
    private static readonly TimeSpan CloseTime = TimeSpan.FromSeconds(1);

    /// <param name="stopping">The BMC ends: the client is told, so that it knows an end from a crash.</param>
    internal static async Task RunAsync(WebSocket socket, SerialConsole console, long offset, TimeProvider time, CancellationToken stopping)
    {
        // A cancelled receive aborts the socket, so what is to be said is said before.
        using var stop = new CancellationTokenSource();
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = stopping.Register(() => ended.TrySetResult());
        var sending = SendAsync(socket, console.Log, offset, stop.Token);
        var receiving = ReceiveAsync(socket, console, stop.Token);
        await Task.WhenAny(sending, receiving, ended.Task);
        if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            await CloseAsync(socket);
        // The client's own close tells that it has read ours.
        await Task.WhenAny(receiving, Task.Delay(CloseTime, time, stop.Token));
        await stop.CancelAsync();
        // How either ended is the client's affair: it went away, was too slow, or the BMC ends.
        await Task.WhenAll(sending, receiving).ContinueWith(_ => { }, TaskScheduler.Default);
    }

    private static async Task SendAsync(WebSocket socket, ConsoleLog log, long next, CancellationToken token)
    {
        var buffer = new byte[SendBytes];
        while (true)
        {
            var changed = log.Changed;
            var (offset, count) = log.Read(next, buffer);
            if (offset > next)
            {
                await socket.CloseOutputAsync(WebSocketCloseStatus.PolicyViolation, "console overrun", token);
                return;
            }
            if (count == 0)
            {
                await changed.WaitAsync(token);
                continue;
            }
            await socket.SendAsync(buffer.AsMemory(0, count), WebSocketMessageType.Binary, endOfMessage: true, token);
            next = offset + count;
        }
    }

    private static async Task ReceiveAsync(WebSocket socket, SerialConsole console, CancellationToken token)
    {
        var buffer = new byte[ReceiveBytes];
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(), token);
            if (received.MessageType == WebSocketMessageType.Close)
                return;
            await console.SendAsync(buffer.AsMemory(0, received.Count), token);
        }
    }

    private static async Task CloseAsync(WebSocket socket)
    {
        using var limit = new CancellationTokenSource(CloseTime);
        try
        {
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, limit.Token);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException)
        {
            // It did not want to hear it.
        }
    }
}
