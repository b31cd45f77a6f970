using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Lab.Emulators.Bmc.State;

/// <summary>The certificate the service made for itself at its first start.</summary>
internal static class BmcCertificate
{
    private const int ValidYears = 10;

    internal static X509Certificate2 LoadOrCreate(string directory, string commonName, IEnumerable<IPAddress> addresses, TimeProvider time)
    {
        var file = Path.Combine(directory, "certificate.pem");
        if (!File.Exists(file))
            Create(file, commonName, addresses, time);
        return X509Certificate2.CreateFromPemFile(file, file);
    }

    /// <summary>SHA-256 of the certificate's DER, as the host interface tells it.</summary>
    internal static byte[] Fingerprint(X509Certificate2 certificate) => certificate.GetCertHash(HashAlgorithmName.SHA256);

    private static void Create(string file, string commonName, IEnumerable<IPAddress> addresses, TimeProvider time)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var name = new X500DistinguishedNameBuilder();
        name.AddCommonName(commonName);
        var request = new CertificateRequest(name.Build(), key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        foreach (var address in addresses.Distinct())
            names.AddIpAddress(address);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        var now = time.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddYears(ValidYears));
        var next = file + ".next";
        using (var writer = new StreamWriter(next, new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
        {
            writer.WriteLine(certificate.ExportCertificatePem());
            writer.WriteLine(key.ExportPkcs8PrivateKeyPem());
        }
        File.Move(next, file, overwrite: true);
    }
}
