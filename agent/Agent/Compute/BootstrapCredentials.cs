using System.Net.Sockets;
using System.Text;

namespace Lab.Agent.Compute;

/// <summary>What a BMC gives to whom it is wired to (Redfish host interface, DSP0270 §9): nothing has to be registered before.</summary>
/// <param name="Fingerprint">SHA-256 of the BMC's TLS certificate.</param>
public sealed record BootstrapCredentials(byte[] Fingerprint, string UserName, string Password)
{
    // A record prints its members; a password must not get into a log.
    public override string ToString() => $"bootstrap credentials of {UserName}";
}

/// <summary>Asks for them on the BMC's system interface, a Unix socket with <see cref="IpmiFraming"/>.</summary>
public sealed class BootstrapClient(string socketPath, TimeProvider time)
{
    private static readonly TimeSpan TimeMax = TimeSpan.FromSeconds(5);

    /// <summary>Group extension NetFn (IPMI 2.0 table 5-1) and the extension that DSP0270 defines.</summary>
    private const byte GroupExtension = 0x2C;
    private const byte RedfishExtension = 0x52;
    private const byte GetManagerCertificateFingerprint = 0x01;
    private const byte GetBootstrapAccountCredentials = 0x02;
    private const byte FirstCertificate = 0x01;
    private const byte Sha256 = 0x01;

    /// <summary>Any other value would make the BMC refuse the next request, of an agent that was started again.</summary>
    private const byte KeepEnabled = 0xA5;
    private const byte BootstrappingDisabled = 0x80;
    private const int FieldBytes = 16;

    /// <exception cref="BmcException">No answer, or a completion code other than 0.</exception>
    public async Task<BootstrapCredentials> GetAsync(CancellationToken token)
    {
        using var late = new CancellationTokenSource(TimeMax, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(token, late.Token);
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), both.Token);
            await using var stream = new NetworkStream(socket);
            await stream.WriteAsync(IpmiFraming.Version.ToArray(), both.Token);

            var fingerprint = await AskAsync(stream, 1, GetManagerCertificateFingerprint, FirstCertificate, both.Token);
            if (fingerprint.Length != 1 + 32 || fingerprint[0] != Sha256)
                throw new BmcException("the BMC's certificate fingerprint is no SHA-256");
            var credentials = await AskAsync(stream, 2, GetBootstrapAccountCredentials, KeepEnabled, both.Token);
            if (credentials.Length != 2 * FieldBytes)
                throw new BmcException($"bootstrap credentials have {credentials.Length} bytes instead of {2 * FieldBytes}");
            return new BootstrapCredentials(fingerprint[1..], Field(credentials[..FieldBytes]), Field(credentials[FieldBytes..]));
        }
        catch (OperationCanceledException) when (!token.IsCancellationRequested)
        {
            throw new BmcException($"{socketPath}: no answer within {TimeMax.TotalSeconds:0} s");
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            throw new BmcException($"{socketPath}: {e.Message}", e);
        }
    }

    /// <returns>Data after completion code and group extension.</returns>
    private static async Task<byte[]> AskAsync(NetworkStream stream, byte sequence, byte command, byte argument, CancellationToken token)
    {
        await stream.WriteAsync(IpmiFraming.Request(sequence, GroupExtension, command, [RedfishExtension, argument]), token);
        while (true)
        {
            var message = await ReceiveAsync(stream, token);
            if (message is null || message[0] != sequence || message[1] >> 2 != (GroupExtension | 1) || message[2] != command)
                continue;
            if (message[3] == BootstrappingDisabled && command == GetBootstrapAccountCredentials)
                throw new BmcException("the BMC gives no more bootstrap credentials (DSP0270: disabled until it is reset)");
            if (message[3] != 0)
                throw new BmcException($"the BMC answered completion code {message[3]:X2}h to group extension command {command:X2}h");
            if (message.Length < 5 || message[4] != RedfishExtension)
                throw new BmcException("the BMC answered for another group extension");
            return message[5..];
        }
    }

    /// <returns>Null for a command or a damaged message.</returns>
    private static async Task<byte[]?> ReceiveAsync(NetworkStream stream, CancellationToken token)
    {
        var frame = new List<byte>();
        var one = new byte[1];
        while (true)
        {
            if (await stream.ReadAsync(one, token) == 0)
                throw new IOException("the BMC closed the system interface");
            switch (one[0])
            {
                case IpmiFraming.EndOfMessage:
                    return IpmiFraming.Unescape(frame.ToArray());
                case IpmiFraming.EndOfCommand:
                    frame.Clear();
                    break;
                default:
                    if (frame.Count >= 2 * IpmiFraming.MessageBytesMax)
                        throw new BmcException("the BMC sent a message without end");
                    frame.Add(one[0]);
                    break;
            }
        }
    }

    private static string Field(byte[] bytes) => Encoding.ASCII.GetString(bytes).TrimEnd('\0');
}
