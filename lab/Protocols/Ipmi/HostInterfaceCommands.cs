using System.Text;

namespace Lab.Protocols.Ipmi;

/// <summary>
/// The IPMI commands by which software on a host gets into its manager's Redfish service without knowing a password: Redfish Host
/// Interface Specification (DSP0270) 1.3 §10, group extension 52h.
/// </summary>
public static class HostInterfaceCommands
{
    public const byte GroupId = 0x52;
    public const byte GetManagerCertificateFingerprint = 0x01;
    public const byte GetBootstrapAccountCredentials = 0x02;

    /// <summary>The only value of the request's control byte that keeps bootstrapping enabled; every other one disables it.</summary>
    public const byte KeepBootstrappingEnabled = 0xa5;

    /// <summary>Completion code: credential bootstrapping is disabled.</summary>
    public const byte BootstrappingDisabled = 0x80;

    /// <summary>Certificates are counted from 1.</summary>
    public const byte FirstCertificate = 1;

    /// <summary>User name and password each fill this many bytes; shorter ones are followed by zeros.</summary>
    public const int CredentialBytes = 16;

    private const byte Sha256 = 0x01;
    private const int Sha256Bytes = 32;

    public static IpmiRequest FingerprintRequest(byte certificate) => Request(GetManagerCertificateFingerprint, certificate);

    public static IpmiRequest CredentialsRequest(bool keepEnabled) =>
        Request(GetBootstrapAccountCredentials, keepEnabled ? KeepBootstrappingEnabled : (byte)0);

    /// <param name="fingerprint">SHA-256 of the certificate's DER.</param>
    public static IpmiResponse FingerprintResponse(ReadOnlySpan<byte> fingerprint) =>
        new(IpmiCompletion.Success, (byte[])[GroupId, Sha256, .. fingerprint]);

    /// <exception cref="ArgumentException">A name or password longer than <see cref="CredentialBytes"/>.</exception>
    public static IpmiResponse CredentialsResponse(string userName, string password)
    {
        var data = new byte[1 + (2 * CredentialBytes)];
        data[0] = GroupId;
        Encoding.UTF8.GetBytes(userName, data.AsSpan(1, CredentialBytes));
        Encoding.UTF8.GetBytes(password, data.AsSpan(1 + CredentialBytes, CredentialBytes));
        return new IpmiResponse(IpmiCompletion.Success, data);
    }

    /// <summary>SHA-256 fingerprint of the manager's certificate.</summary>
    public static bool TryReadFingerprint(IpmiResponse response, out byte[] fingerprint)
    {
        var data = response.Data.Span;
        var holds = response.Completion == IpmiCompletion.Success
            && data.Length == 2 + Sha256Bytes && data[0] == GroupId && data[1] == Sha256;
        fingerprint = holds ? data[2..].ToArray() : [];
        return holds;
    }

    public static bool TryReadCredentials(IpmiResponse response, out string userName, out string password)
    {
        var data = response.Data.Span;
        var holds = response.Completion == IpmiCompletion.Success && data.Length == 1 + (2 * CredentialBytes) && data[0] == GroupId;
        userName = holds ? Text(data.Slice(1, CredentialBytes)) : "";
        password = holds ? Text(data[(1 + CredentialBytes)..]) : "";
        return holds;
    }

    private static IpmiRequest Request(byte command, byte parameter) =>
        new(IpmiNetFn.GroupExtension, 0, command, (byte[])[GroupId, parameter]);

    private static string Text(ReadOnlySpan<byte> padded) => Encoding.UTF8.GetString(padded.TrimEnd((byte)0));
}
