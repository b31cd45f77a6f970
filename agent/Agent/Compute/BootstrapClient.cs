using System.Net.Sockets;
using Lab.Protocols.Ipmi;

namespace Lab.Agent.Compute;

/// <summary>Asks for bootstrap credentials on the BMC's system interface, a Unix socket that speaks as QEMU's ipmi-bmc-extern.</summary>
public sealed class BootstrapClient(string socketPath, TimeProvider time)
{
    private static readonly TimeSpan TimeMax = TimeSpan.FromSeconds(5);

    /// <exception cref="BmcException">No answer, or a completion code other than 0.</exception>
    public async Task<BootstrapCredentials> GetAsync(CancellationToken token)
    {
        using var late = new CancellationTokenSource(TimeMax, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(token, late.Token);
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), both.Token);
            await using var bmc = await IpmiVmConnection.OpenAsync(new NetworkStream(socket), both.Token);
            return await AskAsync(bmc, both.Token);
        }
        catch (OperationCanceledException) when (!token.IsCancellationRequested)
        {
            throw new BmcException($"{socketPath}: no answer within {TimeMax.TotalSeconds:0} s");
        }
        catch (Exception e) when (e is IOException or SocketException or InvalidDataException)
        {
            throw new BmcException($"{socketPath}: {e.Message}", e);
        }
    }

    private static async Task<BootstrapCredentials> AskAsync(IpmiVmConnection bmc, CancellationToken token)
    {
        var fingerprintAnswer = await bmc.AskAsync(HostInterfaceCommands.FingerprintRequest(HostInterfaceCommands.FirstCertificate), token);
        if (!HostInterfaceCommands.TryReadFingerprint(fingerprintAnswer, out var fingerprint))
            throw new BmcException($"the BMC shows no SHA-256 fingerprint of its certificate: {Describe(fingerprintAnswer)}");

        // Disabled by the request, bootstrapping would fail an agent that is started again.
        var credentials = await bmc.AskAsync(HostInterfaceCommands.CredentialsRequest(keepEnabled: true), token);
        if (!HostInterfaceCommands.TryReadCredentials(credentials, out var userName, out var password))
            throw new BmcException($"the BMC gives no bootstrap credentials: {Describe(credentials)}");
        return new BootstrapCredentials(fingerprint, userName, password);
    }

    private static string Describe(IpmiResponse response) => response.Completion == HostInterfaceCommands.BootstrappingDisabled
        ? "bootstrapping is disabled until the BMC is reset"
        : $"completion code {response.Completion:x2}h";
}
