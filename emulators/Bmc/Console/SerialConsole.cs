using System.Net.Sockets;
using Lab.Emulators.Sockets;
using Microsoft.Extensions.Logging;

namespace Lab.Emulators.Bmc.Console;

/// <summary>
/// The BMC's end of the host's serial port: QEMU connects to a Unix socket, what it sends goes to the log, what clients type goes
/// to it. The newest connection is the host.
/// </summary>
/// <param name="socketPath">Null for a host without such a port.</param>
public sealed partial class SerialConsole(string? socketPath, ConsoleLog log, ILogger<SerialConsole> logger)
{
    private const int ReadBytes = 16 * 1024;

    private readonly Lock gate = new();
    private Socket? host;

    public ConsoleLog Log => log;

    public async Task RunAsync(CancellationToken token)
    {
        if (socketPath is null)
            return;
        using var listener = UnixListener.Open(socketPath, mode: null, logger);
        LogListening(socketPath);
        await listener.RunAsync(ServeAsync, token);
    }

    /// <summary>Types into the host. Nothing happens while the host is off.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken token)
    {
        Socket? to;
        lock (gate)
            to = host;
        try
        {
            if (to is not null)
                await to.SendAsync(bytes, token);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The host went off while it was typed into.
        }
    }

    private async Task ServeAsync(Socket socket, CancellationToken token)
    {
        Socket? previous;
        lock (gate)
            (previous, host) = (host, socket);
        previous?.Dispose();
        var buffer = new byte[ReadBytes];
        try
        {
            for (int read; (read = await socket.ReceiveAsync(buffer, token)) > 0;)
                log.Append(buffer.AsSpan(0, read));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            LogHostGone(e.Message);
        }
        finally
        {
            lock (gate)
                if (host == socket)
                    host = null;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "serial console listens on {Path}")]
    private partial void LogListening(string path);

    [LoggerMessage(Level = LogLevel.Debug, Message = "the serial port closed: {Reason}")]
    private partial void LogHostGone(string reason);
}
