using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Lab.Emulators.Dpu.Tests.DataPath.NvmeTcp;

/// <summary>An I/O command as the target received it.</summary>
/// <param name="Association">Counts the associations, from 1.</param>
internal sealed record TargetCommand(TargetConnection Connection, int Association, byte Opcode, ushort Id, ulong Offset, int Length, byte[] Data);

/// <summary>
/// A target over memory whose I/O a test may take over: <see cref="Script"/> answers true for a command that it deals with itself, now or
/// later.
/// </summary>
internal sealed class ScriptedTarget : IAsyncDisposable
{
    public const string Subnqn = "nqn.2026-01.test:subsystem";

    private TcpListener listener;
    private readonly ConcurrentDictionary<TargetConnection, Task> connections = new();
    private Task accepting;
    private int associations;
    private int keepAlives;

    public ScriptedTarget(int port = 0)
    {
        listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start();
        Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        accepting = AcceptAsync();
    }

    public int Port { get; }

    public byte[] Store { get; set; } = new byte[1 << 20];

    public int InCapsuleBytes { get; init; } = 8192;

    public int H2CDataBytesMax { get; init; } = 65536;

    public byte Mdts { get; init; }

    public bool UsesSuccessFlag { get; set; }

    public bool HasAna { get; init; }

    /// <summary>1 optimized, 2 non-optimized, 3 inaccessible.</summary>
    public byte AnaState { get; set; } = 1;

    public bool KeepsAlive { get; set; } = true;

    /// <summary>Earlier ones leave a write without its data to the script.</summary>
    public int FetchesOnlyFromAssociation { get; init; }

    public ushort ControllerIdFirst { get; init; } = 1;

    public TargetAuthentication? Authentication { get; init; }

    public Func<TargetCommand, Task<bool>> Script { get; set; } = _ => Task.FromResult(false);

    public ConcurrentQueue<TargetCommand> Commands { get; } = new();

    public int Associations => Volatile.Read(ref associations);

    public IEnumerable<TargetConnection> Connections => connections.Keys;

    public int KeepAlives => Volatile.Read(ref keepAlives);

    public void CountKeepAlive() => Interlocked.Increment(ref keepAlives);

    public int NextAssociation() => Interlocked.Increment(ref associations);

    /// <summary>Ends all connections, as a process does that dies.</summary>
    public void KillConnections()
    {
        foreach (var connection in connections.Keys)
            connection.Kill();
    }

    /// <summary>Nobody listens any more, and all connections are gone.</summary>
    public async Task StopAsync()
    {
        listener.Stop();
        await accepting;
        KillConnections();
        await Task.WhenAll(connections.Values);
    }

    public void Restart()
    {
        listener = new TcpListener(IPAddress.Loopback, Port);
        listener.Start();
        accepting = AcceptAsync();
    }

    /// <summary>Completes an Asynchronous Event Request of every admin queue.</summary>
    public async Task NotifyAsync(byte info, byte page)
    {
        foreach (var connection in connections.Keys)
            await connection.NotifyAsync(info, page);
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private async Task AcceptAsync()
    {
        while (true)
        {
            TcpClient client;
            try
            {
                client = await listener.AcceptTcpClientAsync();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
            {
                return;
            }
            client.NoDelay = true;
            var connection = new TargetConnection(this, client);
            connections[connection] = Task.Run(async () =>
            {
                await connection.RunAsync();
                connections.TryRemove(connection, out _);
            });
        }
    }
}
