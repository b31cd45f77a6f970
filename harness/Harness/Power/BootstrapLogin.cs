using System.Net.Sockets;
using Lab.Protocols.Ipmi;

namespace Lab.Harness.Power;

/// <summary>What a BMC gives on its system interface to whom it is wired to (DSP0270 §10).</summary>
/// <param name="Fingerprint">SHA-256 of its certificate.</param>
internal sealed record BootstrapLogin(byte[] Fingerprint, string UserName, string Password)
{
    /// <exception cref="PowerFrontException">It gave none.</exception>
    public static async Task<BootstrapLogin> AskAsync(string systemInterface, CancellationToken token)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(systemInterface), token);
        await using var bmc = await IpmiVmConnection.OpenAsync(new NetworkStream(socket), token);
        var certificate = await bmc.AskAsync(HostInterfaceCommands.FingerprintRequest(HostInterfaceCommands.FirstCertificate), token);
        var credentials = await bmc.AskAsync(HostInterfaceCommands.CredentialsRequest(keepEnabled: true), token);
        return HostInterfaceCommands.TryReadFingerprint(certificate, out var fingerprint)
            && HostInterfaceCommands.TryReadCredentials(credentials, out var user, out var password)
            ? new BootstrapLogin(fingerprint, user, password)
            : throw new PowerFrontException("sideband", $"completion codes {certificate.Completion:x2}h and {credentials.Completion:x2}h");
    }

    // A record prints its members; a password must not get into a log.
    public override string ToString() => $"bootstrap login of {UserName}";
}
