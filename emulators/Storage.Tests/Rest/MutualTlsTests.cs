using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Lab.Emulators.Storage.Store;
using Lab.Emulators.Storage.Tests.Support;
using Microsoft.Extensions.Logging;

namespace Lab.Emulators.Storage.Tests.Rest;

public sealed class MutualTlsTests
{
    [Fact]
    public async Task Management_WithTls_LetsInOnlyClientsOfTheAuthority()
    {
        using var directory = new TempDirectory();
        using var authority = NewAuthority("storage authority");
        using var stranger = NewAuthority("another authority");
        using var server = Issue(authority, "storage");
        await File.WriteAllTextAsync(directory.File("ca.pem"), authority.ExportCertificatePem());
        await File.WriteAllTextAsync(directory.File("server.pem"), server.ExportCertificatePem());
        await File.WriteAllTextAsync(directory.File("server.key"), server.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        await using var target = await StorageTarget.StartAsync(
            new StorageTargetOptions
            {
                Pool = new PoolOptions(directory.File("pool"), null),
                Rest = new IPEndPoint(IPAddress.Loopback, 0),
                Nbd = new IPEndPoint(IPAddress.Loopback, 0),
                Tls = new ManagementTlsFiles(directory.File("server.pem"), directory.File("server.key"), directory.File("ca.pem")),
            },
            TimeProvider.System, LogLevel.Error, CancellationToken.None);
        using var friend = Issue(authority, "manager");
        using var foe = Issue(stranger, "manager");
        Assert.Equal(HttpStatusCode.OK, await GetPoolsAsync(target.RestEndPoint, friend));
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => GetPoolsAsync(target.RestEndPoint, foe));
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => GetPoolsAsync(target.RestEndPoint, null));
    }

    private static async Task<HttpStatusCode> GetPoolsAsync(IPEndPoint rest, X509Certificate2? client)
    {
        using var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, _, _, _) => true };
        if (client is not null)
            handler.ClientCertificates.Add(client);
        using var http = new HttpClient(handler);
        using var response = await http.GetAsync(new Uri($"https://{rest}/v1/pools"));
        return response.StatusCode;
    }

    private static X509Certificate2 NewAuthority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }

    private static X509Certificate2 Issue(X509Certificate2 authority, string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var now = TimeProvider.System.GetUtcNow();
        using var issued = request.Create(authority, now.AddHours(-1), now.AddHours(1), RandomNumberGenerator.GetBytes(8));
        return issued.CopyWithPrivateKey(key);
    }
}
