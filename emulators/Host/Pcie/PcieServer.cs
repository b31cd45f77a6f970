using System.Collections.Concurrent;
using System.Net.Sockets;
using Lab.Protocols.JsonRpc;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Lab.Emulators.Host.Pcie;

/// <summary>Serves <see cref="PcieMethods"/> on a Unix socket once the domain is defined.</summary>
internal sealed partial class PcieServer(string socketPath, PcieBus bus, ILogger<PcieServer> log) : BackgroundService
{
    private const int Backlog = 16;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await EnsureDefinedAsync(stoppingToken);
        using var listener = Listen();
        LogListening(socketPath);
        var connections = new ConcurrentDictionary<Task, byte>();
        try
        {
            while (true)
            {
                var served = ServeAsync(await listener.AcceptAsync(stoppingToken), stoppingToken);
                connections.TryAdd(served, 0);
                _ = served.ContinueWith(done => connections.TryRemove(done, out _), TaskScheduler.Default);
            }
        }
        finally
        {
            File.Delete(socketPath);
            await Task.WhenAll(connections.Keys).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    private async Task EnsureDefinedAsync(CancellationToken token)
    {
        while (true)
        {
            try
            {
                await bus.EnsureDefinedAsync(token);
                return;
            }
            catch (PcieException e)
            {
                // libvirtd may come later than this process; each attempt waits for it.
                LogNotDefined(e.Message);
            }
        }
    }

    private Socket Listen()
    {
        // What a killed predecessor left; a living one would hold libvirt's domain as well and the supervisor runs one.
        File.Delete(socketPath);
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(socketPath));
        File.SetUnixFileMode(socketPath, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        listener.Listen(Backlog);
        return listener;
    }

    private async Task ServeAsync(Socket socket, CancellationToken token)
    {
        await Task.Yield();
        await using var peer = new JsonRpcPeer(new StreamJsonRpcChannel(new NetworkStream(socket, ownsSocket: true)), PcieMethods.Create(bus));
        try
        {
            await peer.RunAsync(token);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or OperationCanceledException)
        {
            LogClosed(e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "PCIe service listens on {Path}")]
    private partial void LogListening(string path);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the domain cannot be defined yet: {Reason}")]
    private partial void LogNotDefined(string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "connection closed: {Reason}")]
    private partial void LogClosed(string reason);
}
