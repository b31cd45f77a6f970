using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Lab.Manager.Configuration;

namespace Lab.Manager.Pki;

/// <summary>
/// The manager's own authority (RFC 5280): signs its server certificates and the agents' client certificates. Made at first start
/// in the state directory; <c>ca.pem</c> is what clients and agents trust, <c>ca.key</c> (0600) never leaves.
/// </summary>
internal sealed class CertificateAuthority : IDisposable
{
    public const string CertificateFile = "ca.pem";
    public const string KeyFile = "ca.key";
    private const int SerialBytes = 16;
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(3650);
    private static readonly TimeSpan LeafLifetime = TimeSpan.FromDays(365);

    /// <summary>Clocks of agents may be behind ours.</summary>
    private static readonly TimeSpan Backdating = TimeSpan.FromHours(1);
    private readonly X509Certificate2 certificate;
    private readonly TimeProvider time;

    private CertificateAuthority(X509Certificate2 certificate, TimeProvider time)
    {
        this.certificate = certificate;
        this.time = time;
        CertificatePem = certificate.ExportCertificatePem();
    }

    public string CertificatePem { get; }

    public static CertificateAuthority Open(string directory, TimeProvider time)
    {
        var certificateFile = Path.Combine(directory, CertificateFile);
        var keyFile = Path.Combine(directory, KeyFile);
        try
        {
            if (!File.Exists(certificateFile))
                Create(certificateFile, keyFile, time);
            return new CertificateAuthority(X509Certificate2.CreateFromPemFile(certificateFile, keyFile), time);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new ManagerException($"certificate authority in {directory}: {e.Message}", e);
        }
    }

    /// <param name="names">Host names and addresses the server is reached by.</param>
    public X509Certificate2 IssueServer(IReadOnlyList<string> names)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=manager", key, HashAlgorithmName.SHA256);
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
            if (IPAddress.TryParse(name, out var address))
                alternatives.AddIpAddress(address);
            else
                alternatives.AddDnsName(name);
        request.CertificateExtensions.Add(alternatives.Build());
        using var signed = SignLeaf(request, "1.3.6.1.5.5.7.3.1");
        return signed.CopyWithPrivateKey(key);
    }

    /// <summary>Signs an agent's request under the name it may have, whatever else the request asks for.</summary>
    /// <exception cref="CryptographicException">The request is malformed or not signed by its own key.</exception>
    public X509Certificate2 IssueClient(string requestPem, string commonName)
    {
        var asked = CertificateRequest.LoadSigningRequestPem(requestPem, HashAlgorithmName.SHA256, signerSignaturePadding: RSASignaturePadding.Pkcs1);
        var builder = new X500DistinguishedNameBuilder();
        builder.AddCommonName(commonName);
        return SignLeaf(new CertificateRequest(builder.Build(), asked.PublicKey, HashAlgorithmName.SHA256), "1.3.6.1.5.5.7.3.2");
    }

    /// <summary>True for a certificate of ours that is valid now.</summary>
    public bool Issued(X509Certificate2 client)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(certificate);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.2"));
        chain.ChainPolicy.VerificationTime = time.GetUtcNow().UtcDateTime;
        chain.ChainPolicy.VerificationTimeIgnored = false;
        return chain.Build(client);
    }

    public void Dispose() => certificate.Dispose();

    private X509Certificate2 SignLeaf(CertificateRequest request, string extendedKeyUsage)
    {
        var now = time.GetUtcNow();
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(extendedKeyUsage)], false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(certificate, true, false));
        using var key = certificate.GetECDsaPrivateKey()!;
        return request.Create(
            certificate.SubjectName, X509SignatureGenerator.CreateForECDsa(key), now - Backdating, now + LeafLifetime, NewSerial());
    }

    private static byte[] NewSerial()
    {
        var serial = RandomNumberGenerator.GetBytes(SerialBytes);
        serial[0] &= 0x7f;
        return serial;
    }

    private static void Create(string certificateFile, string keyFile, TimeProvider time)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=manager authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        var now = time.GetUtcNow();
        using var made = request.CreateSelfSigned(now - Backdating, now + Lifetime);
        // The certificate is written last: a start that is cut in between makes both again.
        PrivateFile.Write(keyFile, key.ExportPkcs8PrivateKeyPem());
        PrivateFile.Write(certificateFile, made.ExportCertificatePem(), UnixFileMode.GroupRead | UnixFileMode.OtherRead);
    }
}
