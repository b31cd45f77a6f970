using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Lab.Agent.Link;

/// <summary>
/// The agent's key and certificate in the state directory: <c>agent.key</c> (EC P-256, PKCS#8, mode 0600, never leaves the DPU) and
/// <c>agent.crt</c>.
/// </summary>
public sealed class AgentIdentity(string directory, TimeProvider time)
{
    private string KeyPath => Path.Combine(directory, "agent.key");
    private string CertificatePath => Path.Combine(directory, "agent.crt");

    /// <returns>The certificate with its key; null when there is none, or its time is over.</returns>
    public X509Certificate2? Load()
    {
        if (!File.Exists(KeyPath) || !File.Exists(CertificatePath))
            return null;
        try
        {
            var certificate = X509Certificate2.CreateFromPemFile(CertificatePath, KeyPath);
            if (time.GetUtcNow() < certificate.NotAfter.ToUniversalTime())
                return certificate;
            certificate.Dispose();
            return null;
        }
        catch (CryptographicException)
        {
            // Torn or of another key: a new enrolment replaces it.
            return null;
        }
    }

    /// <summary>Makes the key unless there is one, and a certificate request (PKCS#10, RFC 2986) whose common name is the serial number.</summary>
    public string CreateRequestPem(string serial)
    {
        using var key = LoadOrCreateKey();
        var name = new X500DistinguishedNameBuilder();
        name.AddCommonName(serial);
        return new CertificateRequest(name.Build(), key, HashAlgorithmName.SHA256).CreateSigningRequestPem();
    }

    /// <exception cref="CryptographicException">The certificate is not for this agent's key.</exception>
    public X509Certificate2 Store(string certificatePem)
    {
        X509Certificate2.CreateFromPem(certificatePem, File.ReadAllText(KeyPath)).Dispose();
        DurableFile.Write(CertificatePath, certificatePem);
        return Load() ?? throw new CryptographicException("the certificate's time is over");
    }

    private ECDsa LoadOrCreateKey()
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        if (File.Exists(KeyPath))
        {
            try
            {
                key.ImportFromPem(File.ReadAllText(KeyPath));
                return key;
            }
            catch (Exception e) when (e is CryptographicException or ArgumentException)
            {
                // Torn: no certificate can belong to it.
                key.Dispose();
                key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            }
        }
        DurableFile.Write(KeyPath, key.ExportPkcs8PrivateKeyPem() + "\n");
        return key;
    }
}
