using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Lab.Harness.Pki;

/// <summary>
/// A certificate authority that lives as long as a testbed: it lets the manager and the storage target know each other (mutual
/// TLS). Its own key is never written.
/// </summary>
public sealed class TestbedAuthority : IDisposable
{
    private static readonly Oid ServerAuthentication = new("1.3.6.1.5.5.7.3.1");
    private static readonly Oid ClientAuthentication = new("1.3.6.1.5.5.7.3.2");

    private readonly TimeProvider clock;
    private readonly X509Certificate2 authority;

    public TestbedAuthority(string name, TimeProvider clock)
    {
        this.clock = clock;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN=testbed {name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        // Key identifiers: RFC 5280 §4.2.1.1 and §4.2.1.2 want them, and strict verifiers insist.
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        authority = request.CreateSelfSigned(NotBefore, NotAfter);
    }

    private DateTimeOffset NotBefore => clock.GetUtcNow().AddMinutes(-5);
    private DateTimeOffset NotAfter => clock.GetUtcNow().AddDays(7);

    /// <summary>Writes <c>ca.pem</c>, <c>cert.pem</c> and <c>key.pem</c> (readable by root alone) for one process.</summary>
    public IssuedFiles Issue(string directory, string commonName, IPAddress? address)
    {
        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={commonName}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([address is null ? ClientAuthentication : ServerAuthentication], false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, true, false));
        if (address is not null)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddIpAddress(address);
            request.CertificateExtensions.Add(names.Build());
        }
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] &= 0x7f;
        using var certificate = request.Create(authority, NotBefore.AddMinutes(1), NotAfter.AddMinutes(-1), serial);
        var files = new IssuedFiles(Path.Combine(directory, "ca.pem"), Path.Combine(directory, "cert.pem"), Path.Combine(directory, "key.pem"));
        File.WriteAllText(files.Authority, authority.ExportCertificatePem());
        File.WriteAllText(files.Certificate, certificate.ExportCertificatePem());
        using var stream = new FileStream(files.Key, new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        using var writer = new StreamWriter(stream);
        writer.Write(key.ExportPkcs8PrivateKeyPem());
        return files;
    }

    /// <summary>True when the certificate chains to that authority and to nothing else; for TLS clients.</summary>
    public static bool IsIssuedBy(X509Certificate2 authority, X509Certificate? certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        // A certificate that names an address for its issuer is not followed there.
        chain.ChainPolicy.DisableCertificateDownloads = true;
        return certificate is X509Certificate2 shown && chain.Build(shown);
    }

    public void Dispose() => authority.Dispose();
}

public sealed record IssuedFiles(string Authority, string Certificate, string Key);
