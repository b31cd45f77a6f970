using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Lab.Interop.Linux;

namespace Lab.Harness.Power;

/// <summary>HTTPS to a BMC. It made its certificate itself, so trust is the fingerprint, learnt some other way.</summary>
internal static class BmcHttp
{
    /// <param name="network">Where the BMC is reached from.</param>
    /// <param name="fingerprint">SHA-256 of the certificate.</param>
    public static HttpClient CreateClient(NetworkNamespace network, IPAddress bmc, AuthenticationHeaderValue credentials, byte[] fingerprint) =>
        new(CreateHandler(network, fingerprint))
        {
            BaseAddress = new Uri($"https://{bmc}/"),
            DefaultRequestHeaders = { Authorization = credentials },
        };

    public static SocketsHttpHandler CreateHandler(NetworkNamespace network, byte[] fingerprint) => new()
    {
        ConnectCallback = network.ConnectAsync,
        SslOptions =
        {
            RemoteCertificateValidationCallback = (_, shown, _, _) =>
                shown is not null && CryptographicOperations.FixedTimeEquals(SHA256.HashData(shown.GetRawCertData()), fingerprint),
        },
    };

    public static AuthenticationHeaderValue Basic(string user, string password) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));

    /// <summary>Fingerprint of the certificate in the BMC's state directory.</summary>
    public static byte[] FingerprintOf(string certificateFile)
    {
        using var certificate = X509CertificateLoader.LoadCertificateFromFile(certificateFile);
        return certificate.GetCertHash(HashAlgorithmName.SHA256);
    }

    /// <summary>The first system of the service, found by its links.</summary>
    public static async Task<JsonElement> GetSystemAsync(this HttpClient http, CancellationToken token)
    {
        var systems = await http.GetJsonAsync("/redfish/v1/Systems", token);
        return await http.GetJsonAsync(systems.GetProperty("Members")[0].GetProperty("@odata.id").GetString()!, token);
    }

    public static async Task<JsonElement> GetJsonAsync(this HttpClient http, string path, CancellationToken token)
    {
        using var document = JsonDocument.Parse(await http.GetStringAsync(path, token));
        return document.RootElement.Clone();
    }
}
