using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Lab.Emulators.Bmc.State;

/// <summary>The certificate of the HTTPS service: made at the first start, and replaced by one that was asked for.</summary>
internal sealed class BmcCertificate
{
    private const int ValidYears = 10;
    private const int RsaBits = 2048;
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    private readonly Lock gate = new();
    private readonly string? file;
    private AsymmetricAlgorithm? requested;

    /// <param name="directory">Null keeps nothing over a restart.</param>
    internal BmcCertificate(string? directory, string commonName, IEnumerable<IPAddress> addresses, TimeProvider time)
    {
        file = StateFiles.In(directory, "certificate.pem");
        if (file is not null && File.Exists(file))
        {
            Current = X509Certificate2.CreateFromPemFile(file, file);
            return;
        }
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var made = SelfSigned(key, commonName, addresses, time);
        Current = Keep(made, key);
    }

    /// <summary>With its private key.</summary>
    internal X509Certificate2 Current { get; private set; }

    /// <summary>SHA-256 of the certificate's DER, as the host interface tells it.</summary>
    internal byte[] Fingerprint => Current.GetCertHash(HashAlgorithmName.SHA256);

    /// <summary>Makes a key pair and a PKCS #10 request for it (PEM). The key waits here for its certificate.</summary>
    internal string GenerateRequest(CertificateSubject subject, bool isRsa)
    {
        var name = new X500DistinguishedNameBuilder();
        Add(subject.Country, name.AddCountryOrRegion);
        Add(subject.State, name.AddStateOrProvinceName);
        Add(subject.City, name.AddLocalityName);
        Add(subject.Organization, name.AddOrganizationName);
        Add(subject.OrganizationalUnit, name.AddOrganizationalUnitName);
        Add(subject.CommonName, name.AddCommonName);
        AsymmetricAlgorithm key = isRsa ? RSA.Create(RsaBits) : ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = key is RSA rsa
            ? new CertificateRequest(name.Build(), rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest(name.Build(), (ECDsa)key, HashAlgorithmName.SHA256);
        if (subject.AlternativeNames.Count > 0)
        {
            var names = new SubjectAlternativeNameBuilder();
            foreach (var alternative in subject.AlternativeNames)
            {
                if (IPAddress.TryParse(alternative, out var address))
                    names.AddIpAddress(address);
                else
                    names.AddDnsName(alternative);
            }
            request.CertificateExtensions.Add(names.Build());
        }
        lock (gate)
        {
            requested?.Dispose();
            requested = key;
        }
        return request.CreateSigningRequestPem() + "\n";

        static void Add(string? part, Action<string> add)
        {
            if (!string.IsNullOrEmpty(part))
                add(part);
        }
    }

    /// <summary>The text is a certificate (PEM) for the key of the last request, or comes with its own.</summary>
    internal bool CanReplace(string pem)
    {
        lock (gate)
        {
            using var certificate = WithKey(pem, out var key);
            key?.Dispose();
            return certificate is not null;
        }
    }

    internal void Replace(string pem)
    {
        lock (gate)
        {
            using var certificate = WithKey(pem, out var key) ?? throw new ArgumentException("no key fits the certificate", nameof(pem));
            Current = Keep(certificate, key!);
            key!.Dispose();
        }
    }

    private X509Certificate2? WithKey(string pem, out AsymmetricAlgorithm? key)
    {
        key = null;
        try
        {
            var certificate = X509Certificate2.CreateFromPem(pem);
            key = OwnKey(pem) ?? CopyOf(requested);
            if (key is not null && key.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(certificate.PublicKey.ExportSubjectPublicKeyInfo()))
                return certificate;
            certificate.Dispose();
        }
        catch (CryptographicException)
        {
            // No certificate, or a key of a kind that is not known.
        }
        key?.Dispose();
        key = null;
        return null;
    }

    private static AsymmetricAlgorithm? OwnKey(string pem)
    {
        const string KeyLabel = "PRIVATE KEY-----";
        if (!pem.Contains(KeyLabel, StringComparison.Ordinal))
            return null;
        try
        {
            var ec = ECDsa.Create();
            ec.ImportFromPem(pem);
            return ec;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            var rsa = RSA.Create();
            try
            {
                rsa.ImportFromPem(pem);
                return rsa;
            }
            catch (Exception inner) when (inner is CryptographicException or ArgumentException)
            {
                rsa.Dispose();
                return null;
            }
        }
    }

    private static AsymmetricAlgorithm? CopyOf(AsymmetricAlgorithm? key)
    {
        if (key is null)
            return null;
        AsymmetricAlgorithm copy = key is RSA ? RSA.Create() : ECDsa.Create();
        copy.ImportPkcs8PrivateKey(key.ExportPkcs8PrivateKey(), out _);
        return copy;
    }

    private X509Certificate2 Keep(X509Certificate2 certificate, AsymmetricAlgorithm key)
    {
        var pem = certificate.ExportCertificatePem() + "\n";
        var keyPem = key.ExportPkcs8PrivateKeyPem() + "\n";
        if (file is not null)
            Write(pem + keyPem);
        return X509Certificate2.CreateFromPem(pem, keyPem);
    }

    private void Write(string text)
    {
        var next = file + ".next";
        using (var writer = new StreamWriter(next, new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
            writer.Write(text);
        File.Move(next, file!, overwrite: true);
    }

    private static X509Certificate2 SelfSigned(ECDsa key, string commonName, IEnumerable<IPAddress> addresses, TimeProvider time)
    {
        var name = new X500DistinguishedNameBuilder();
        name.AddCommonName(commonName);
        var request = new CertificateRequest(name.Build(), key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        foreach (var address in addresses.Distinct())
            names.AddIpAddress(address);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ServerAuthentication)], false));
        var now = time.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddYears(ValidYears));
    }
}
