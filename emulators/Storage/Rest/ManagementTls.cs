using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Lab.Emulators.Storage.Rest;

/// <summary>Mutual TLS of the management: nobody gets in without a certificate of the given authority.</summary>
internal static class ManagementTls
{
    /// <exception cref="System.Security.Cryptography.CryptographicException">A file is no PEM of the kind it should be.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static HttpsConnectionAdapterOptions Load(string certificateFile, string keyFile, string clientAuthorityFile)
    {
        var certificate = X509Certificate2.CreateFromPemFile(certificateFile, keyFile);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(certificateFile);
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(clientAuthorityFile);
        return new HttpsConnectionAdapterOptions
        {
            ServerCertificate = certificate,
            ServerCertificateChain = chain,
            ClientCertificateMode = ClientCertificateMode.RequireCertificate,
            ClientCertificateValidation = (client, _, _) => IsTrusted(client, authorities),
        };
    }

    private static bool IsTrusted(X509Certificate2 client, X509Certificate2Collection authorities)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(client);
    }
}
