using System.Net;
using System.Net.Sockets;
using Lab.Protocols.Ipmi;
using Lab.Protocols.Ipmi.Lan;

namespace Lab.Emulators.Bmc.Tests.Ipmi.Testbed;

/// <summary>A <see cref="LanConsole"/> on a socket, which repeats what is not answered.</summary>
internal sealed class LanClient : IDisposable
{
    private const int Repeats = 40;
    private static readonly TimeSpan AnswerTime = TimeSpan.FromMilliseconds(500);

    private readonly UdpClient socket = new(new IPEndPoint(IPAddress.Loopback, 0));

    internal LanClient(IPEndPoint address) => socket.Connect(address);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    internal ValueTask<int> SendAsync(byte[] datagram) => socket.SendAsync(datagram, Token);

    /// <summary>The answer that <paramref name="isMine"/> takes; the datagram is sent again while there is none.</summary>
    internal async Task<byte[]> ExchangeAsync(Func<byte[]> datagram, Func<byte[], bool> isMine)
    {
        for (var sent = 0; sent < Repeats; sent++)
        {
            await SendAsync(datagram());
            using var late = CancellationTokenSource.CreateLinkedTokenSource(Token);
            late.CancelAfter(AnswerTime);
            try
            {
                while (true)
                {
                    var received = await socket.ReceiveAsync(late.Token);
                    if (isMine(received.Buffer))
                        return received.Buffer;
                }
            }
            catch (OperationCanceledException) when (!Token.IsCancellationRequested)
            {
                // Lost, or not answered yet.
            }
        }
        throw new TimeoutException("the BMC does not answer");
    }

    /// <summary>Goes through a login; <see cref="LanConsole.LastStatus"/> tells how far it came.</summary>
    internal async Task<LanConsole> LogInAsync(string userName, string password, CipherSuite? suite = null)
    {
        var console = new LanConsole(suite ?? CipherSuite.Suite17, userName, password);
        var rakp1 = console.Rakp1(await PlainAsync(console.OpenSession(), PayloadType.OpenSessionResponse));
        var rakp3 = console.Rakp3(await PlainAsync(rakp1, PayloadType.Rakp2));
        if (rakp3.Length > 0)
            console.Finish(await PlainAsync(rakp3, PayloadType.Rakp4));
        return console;
    }

    internal async Task<IpmiResponse> RequestAsync(LanConsole console, byte netFn, byte command, params byte[] data)
    {
        IpmiResponse? response = null;
        await ExchangeAsync(() => console.Request(netFn, command, data), answer => (response = console.Response(answer)) is not null);
        return response!;
    }

    public void Dispose() => socket.Dispose();

    private Task<byte[]> PlainAsync(byte[] datagram, PayloadType type) => ExchangeAsync(
        () => datagram,
        answer => Rmcp.TryRead(answer, out _, out var content) && RmcpPlusPacket.TryRead(content, out var packet) && packet.Type == type);
}
