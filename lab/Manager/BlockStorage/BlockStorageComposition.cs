using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Lab.Manager.Configuration;
using Lab.Manager.Database;

namespace Lab.Manager.BlockStorage;

internal static class BlockStorageComposition
{
    public static IServiceCollection AddBlockStorage(this IServiceCollection services) => services
        .AddMigrations<BlockStorageMigrations>()
        .AddSingleton<VolumeService>()
        .AddSingleton<SnapshotService>()
        .AddSingleton(provider => HostSecrets.Open(provider.GetRequiredService<ManagerOptions>().StateDirectory))
        .AddSingleton<IStorageTarget>(provider => new StorageTargetClient(
            CreateHttp(provider.GetRequiredService<ManagerOptions>()), provider.GetRequiredService<TimeProvider>()));

    /// <summary>Mutual TLS: our client certificate, and nothing but the configured authority is trusted.</summary>
    private static HttpClient CreateHttp(ManagerOptions options)
    {
        var handler = new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5) };
        try
        {
            if (options.StorageCertificateFile is { } certificateFile)
            {
                // A certificate straight from PEM has an ephemeral key; the PKCS#12 round trip makes it usable everywhere.
                using var pem = X509Certificate2.CreateFromPemFile(certificateFile, options.StorageKeyFile);
                handler.SslOptions.ClientCertificates = [X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null)];
            }
            if (options.StorageAuthorityFile is { } authorityFile)
            {
                var authorities = new X509Certificate2Collection();
                authorities.ImportFromPemFile(authorityFile);
                var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
                policy.CustomTrustStore.AddRange(authorities);
                handler.SslOptions.CertificateChainPolicy = policy;
            }
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new ManagerException("storage target's certificates: " + e.Message, e);
        }
        return new HttpClient(handler) { BaseAddress = new Uri(options.Storage.ToString().TrimEnd('/') + "/"), Timeout = Timeout.InfiniteTimeSpan };
    }
}
