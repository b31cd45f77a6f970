using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Lab.Agent.Link;

/// <summary>How the manager's certificate is checked: against an authority, or against a pin of the certificate itself.</summary>
public sealed class ServerTrust
{
    private const string PinPrefix = "sha256:";
    private readonly X509Certificate2Collection authorities = [];
    private readonly byte[]? pin;

    private ServerTrust(byte[] pin) => this.pin = pin;

    private ServerTrust(X509Certificate2Collection authorities) => this.authorities = authorities;

    /// <summary>Reads <c>--ca</c>: a PEM file, or <c>sha256:</c> and 64 hexadecimal digits.</summary>
    /// <returns>Null and why it is neither.</returns>
    public static (ServerTrust? Trust, string? Error) Read(string text)
    {
        if (text.StartsWith(PinPrefix, StringComparison.Ordinal))
        {
            var digits = text[PinPrefix.Length..].Replace(":", "", StringComparison.Ordinal);
            return digits.Length == 64 && digits.All(char.IsAsciiHexDigit)
                ? (new ServerTrust(Convert.FromHexString(digits)), null)
                : (null, "a pin is sha256: and 64 hexadecimal digits");
        }
        try
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPemFile(text);
            return authorities.Count > 0 ? (new ServerTrust(authorities), null) : (null, $"{text} holds no PEM certificate");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return (null, e.Message);
        }
    }

    /// <summary>As a <see cref="RemoteCertificateValidationCallback"/>.</summary>
    public bool Accepts(X509Certificate? certificate, SslPolicyErrors errors)
    {
        if (certificate is not X509Certificate2 shown)
            return false;
        if (pin is not null)
            return CryptographicOperations.FixedTimeEquals(SHA256.HashData(shown.RawData), pin);
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
            return false;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(shown);
    }
}
