using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Lab.Manager.Pki;
using Lab.Manager.Tests.Fixtures;

namespace Lab.Manager.Tests.EndToEnd;

/// <summary>The storage target as a program of its own, with mutual TLS, on free ports of the loopback.</summary>
internal sealed class StorageProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly DirectoryInfo directory;

    private StorageProcess(Process process, DirectoryInfo directory, StorageAccess access)
    {
        this.process = process;
        this.directory = directory;
        Access = access;
    }

    public StorageAccess Access { get; }

    public static async Task<StorageProcess> StartAsync()
    {
        var directory = Directory.CreateTempSubdirectory("storage-test-");
        var access = WriteCertificates(directory.FullName, FreePort());
        string[] arguments =
        [
            FindProgram(),
            "--pool", Path.Combine(directory.FullName, "pool") + ":64GiB",
            "--rest", access.Url.Authority,
            "--nbd", $"127.0.0.1:{FreePort()}",
            "--tls-cert", Path.Combine(directory.FullName, "server.pem"),
            "--tls-key", Path.Combine(directory.FullName, "server.key"),
            "--client-ca", access.AuthorityFile,
            "--log-level", "Warning",
        ];
        var process = Process.Start(new ProcessStartInfo("dotnet", arguments))!;
        var storage = new StorageProcess(process, directory, access);
        await Eventually.SeeAsync("the storage target listens", () => process.HasExited ? throw new InvalidOperationException("it ended") : Listens(access.Url));
        return storage;
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        directory.Delete(recursive: true);
    }

    private static string FindProgram()
    {
        // artifacts/bin/<project>/<configuration>/
        var configuration = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/'));
        var program = Path.Combine(configuration.Parent!.Parent!.FullName, "Lab.Emulators.Storage", configuration.Name, "Lab.Emulators.Storage.dll");
        Assert.True(File.Exists(program), $"{program} is missing; build it: dotnet build emulators/Storage");
        return program;
    }

    private static StorageAccess WriteCertificates(string directory, int port)
    {
        using var authority = CertificateAuthority.Open(directory, TimeProvider.System);
        using (var server = authority.IssueServer(["127.0.0.1"]))
        using (var key = server.GetECDsaPrivateKey()!)
            Write("server", server, key);
        using (var key = ECDsa.Create(ECCurve.NamedCurves.nistP256))
        using (var client = authority.IssueClient(new CertificateRequest("CN=manager", key, HashAlgorithmName.SHA256).CreateSigningRequestPem(), "manager"))
            Write("client", client, key);
        return new StorageAccess(
            new Uri($"https://127.0.0.1:{port}"),
            Path.Combine(directory, "client.pem"),
            Path.Combine(directory, "client.key"),
            Path.Combine(directory, CertificateAuthority.CertificateFile));

        void Write(string name, X509Certificate2 certificate, ECDsa key)
        {
            File.WriteAllText(Path.Combine(directory, name + ".pem"), certificate.ExportCertificatePem());
            File.WriteAllText(Path.Combine(directory, name + ".key"), key.ExportPkcs8PrivateKeyPem());
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static bool Listens(Uri url)
    {
        using var client = new TcpClient();
        try
        {
            client.Connect(url.Host, url.Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
