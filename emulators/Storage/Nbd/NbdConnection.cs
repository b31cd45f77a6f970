using System.Net;
using System.Net.Sockets;
using Lab.Emulators.Storage.Exports;
using Lab.Emulators.Storage.Store;
using Lab.Emulators.Storage.Wire;

namespace Lab.Emulators.Storage.Nbd;

/// <summary>One NBD client: negotiation, then requests until either side ends it.</summary>
internal sealed partial class NbdConnection : IClientConnection
{
    private static readonly TimeSpan NegotiationTimeMax = TimeSpan.FromSeconds(30);

    private readonly Socket socket;
    private readonly VolumeStore store;
    private readonly ExportSessions sessions;
    private readonly TimeProvider time;
    private readonly ILogger logger;

    private volatile NbdChosenExport? serving;
    private volatile bool isEnded;

    public NbdConnection(Socket socket, VolumeStore store, ExportSessions sessions, TimeProvider time, ILogger<NbdConnection> logger)
    {
        this.socket = socket;
        this.store = store;
        this.sessions = sessions;
        this.time = time;
        this.logger = logger;
        Client = (socket.RemoteEndPoint as IPEndPoint)?.Address ?? IPAddress.None;
    }

    public IPAddress Client { get; }

    public void Run()
    {
        try
        {
            using var chosen = Negotiate(out var input, out var output);
            if (chosen is null)
                return;
            serving = chosen;
            // Whoever ends the connection either sees what it serves or is seen here.
            Interlocked.MemoryBarrier();
            if (isEnded)
                chosen.Hurry();
            LogConnected(Client, chosen.Export.Id);
            new NbdTransmission(input, output, chosen, logger).Run();
            LogEnded(Client, chosen.Export.Id);
        }
        catch (NbdProtocolException failure)
        {
            LogRefused(Client, failure.Message);
        }
        catch (Exception failure)
        {
            LogFailed(Client, failure);
        }
        finally
        {
            socket.Dispose();
        }
    }

    public void Abort()
    {
        isEnded = true;
        Interlocked.MemoryBarrier();
        socket.End();
        serving?.Hurry();
    }

    private NbdChosenExport? Negotiate(out SocketInput input, out SocketOutput output)
    {
        input = new SocketInput(socket);
        output = new SocketOutput(socket);
        using var limit = time.CreateTimer(static connection => ((NbdConnection)connection!).Abort(), this, NegotiationTimeMax, Timeout.InfiniteTimeSpan);
        return new NbdNegotiation(input, output, Client, store, sessions, Abort).Run();
    }

    [LoggerMessage(LogLevel.Information, "NBD client {Address} is on export {Export}")]
    private partial void LogConnected(IPAddress address, string export);

    [LoggerMessage(LogLevel.Information, "NBD client {Address} left export {Export}")]
    private partial void LogEnded(IPAddress address, string export);

    [LoggerMessage(LogLevel.Warning, "NBD client {Address} broke the protocol: {Reason}")]
    private partial void LogRefused(IPAddress address, string reason);

    [LoggerMessage(LogLevel.Error, "NBD client {Address}: connection failed")]
    private partial void LogFailed(IPAddress address, Exception failure);
}

/// <summary>The client broke the protocol so that the connection cannot go on.</summary>
internal sealed class NbdProtocolException(string message) : Exception(message);
