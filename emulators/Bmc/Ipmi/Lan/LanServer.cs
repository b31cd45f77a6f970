using System.Net;
using System.Net.Sockets;
using Lab.Protocols.Ipmi.Lan;
using Microsoft.Extensions.Logging;

namespace Lab.Emulators.Bmc.Ipmi.Lan;

/// <summary>The UDP socket of one machine's LAN channel.</summary>
public sealed partial class LanServer : IDisposable
{
    /// <summary>Datagrams being worked on; beyond it the next waits in the socket's buffer, and is lost where that is full.</summary>
    private const int SlowMax = 256;

    private readonly Socket socket;
    private readonly ILogger log;

    /// <param name="listen">Port 0 takes any.</param>
    /// <exception cref="SocketException">The address cannot be had.</exception>
    public LanServer(IPEndPoint listen, ILogger log)
    {
        this.log = log;
        socket = new Socket(listen.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(listen);
        LogListening(Address);
    }

    public IPEndPoint Address => (IPEndPoint)socket.LocalEndPoint!;

    public async ValueTask SendAsync(ReadOnlyMemory<byte> datagram, EndPoint to)
    {
        try
        {
            await socket.SendToAsync(datagram, SocketFlags.None, to);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            LogLost(e.Message);
        }
    }

    public async Task RunAsync(LanFront front, CancellationToken token)
    {
        // One byte more than is taken, so that a longer datagram is not taken for one that fits.
        var buffer = GC.AllocateUninitializedArray<byte>(Rmcp.DatagramBytesMax + 1);
        var any = new IPEndPoint(Address.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, 0);
        List<Task> slow = [];
        try
        {
            while (true)
            {
                var (length, from) = await ReceiveAsync(buffer, any, token);
                var taken = front.TakeAsync(buffer.AsSpan(0, length), from, token);
                if (taken.IsCompletedSuccessfully)
                    continue;
                slow.RemoveAll(task => task.IsCompleted);
                slow.Add(ObserveAsync(taken));
                if (slow.Count >= SlowMax)
                    await Task.WhenAny(slow);
            }
        }
        finally
        {
            await Task.WhenAll(slow);
        }
    }

    public void Dispose() => socket.Dispose();

    private async ValueTask<(int Length, IPEndPoint From)> ReceiveAsync(byte[] buffer, IPEndPoint any, CancellationToken token)
    {
        while (true)
            try
            {
                var received = await socket.ReceiveFromAsync(buffer, SocketFlags.None, any, token);
                return (received.ReceivedBytes, (IPEndPoint)received.RemoteEndPoint);
            }
            catch (SocketException e)
            {
                // An ICMP error of an earlier answer, or a datagram too long for the buffer.
                LogLost(e.Message);
            }
    }

    private static async Task ObserveAsync(ValueTask taken)
    {
        try
        {
            await taken;
        }
        catch (OperationCanceledException)
        {
            // The BMC ends.
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "IPMI listens on {Address}")]
    private partial void LogListening(IPEndPoint address);

    [LoggerMessage(Level = LogLevel.Debug, Message = "datagram lost: {Reason}")]
    private partial void LogLost(string reason);
}
