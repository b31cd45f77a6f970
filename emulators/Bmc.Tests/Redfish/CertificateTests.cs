using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Lab.Emulators.Bmc.Tests.Testbed;

namespace Lab.Emulators.Bmc.Tests.Redfish;

public sealed class CertificateTests
{
    private const string Service = "/redfish/v1/CertificateService";
    private const string Collection = "/redfish/v1/Managers/1/NetworkProtocol/HTTPS/Certificates";

    [Theory]
    [InlineData("TPM_ALG_ECDSA")]
    [InlineData("TPM_ALG_RSA")]
    public async Task Request_SignedByAnAuthority_ReplacesTheCertificate(string algorithm)
    {
        await using var bmc = await SimulatedBmc.StartAsync();
        var order = new JsonObject
        {
            ["CertificateCollection"] = new JsonObject { ["@odata.id"] = Collection },
            ["CommonName"] = "bmc.example", ["Organization"] = "Example", ["Country"] = "DE", ["KeyPairAlgorithm"] = algorithm,
            ["AlternativeNames"] = new JsonArray("bmc.example", "192.0.2.7"),
        };
        using var generated = await bmc.PostAsync(Service + "/Actions/CertificateService.GenerateCSR", order.ToJsonString());
        Assert.Equal(HttpStatusCode.OK, generated.StatusCode);
        var pem = JsonNode.Parse(await generated.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["CSRString"]!.GetValue<string>();

        using var replaced = await ReplaceAsync(bmc, Sign(pem));
        Assert.Equal(HttpStatusCode.OK, replaced.StatusCode);
        var shown = await bmc.GetAsync(Collection + "/1");
        Assert.Equal(("bmc.example", "Test authority"), (shown["Subject"]!["CommonName"]!.GetValue<string>(), shown["Issuer"]!["CommonName"]!.GetValue<string>()));
        Assert.True(bmc.Instance.Certificate.Current.HasPrivateKey);
    }

    [Fact]
    public async Task Certificate_WithoutItsKey_IsRefused()
    {
        await using var bmc = await SimulatedBmc.StartAsync();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var response = await ReplaceAsync(bmc, Sign(new CertificateRequest("CN=x", key, HashAlgorithmName.SHA256).CreateSigningRequestPem()));
        Assert.Equal(["ActionParameterValueFormatError"], await SimulatedBmc.MessagesAsync(response, HttpStatusCode.BadRequest));
    }

    private static Task<HttpResponseMessage> ReplaceAsync(SimulatedBmc bmc, string pem) => bmc.PostAsync(
        Service + "/Actions/CertificateService.ReplaceCertificate",
        new JsonObject
        {
            ["CertificateUri"] = new JsonObject { ["@odata.id"] = Collection + "/1" }, ["CertificateString"] = pem, ["CertificateType"] = "PEM",
        }.ToJsonString());

    private static string Sign(string request)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        var authority = new CertificateRequest("CN=Test authority", key, HashAlgorithmName.SHA256);
        authority.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var own = authority.CreateSelfSigned(now.AddDays(-1), now.AddDays(2));
        var wanted = CertificateRequest.LoadSigningRequestPem(request, HashAlgorithmName.SHA256, CertificateRequestLoadOptions.UnsafeLoadCertificateExtensions, RSASignaturePadding.Pkcs1);
        var signed = new CertificateRequest(wanted.SubjectName, wanted.PublicKey, HashAlgorithmName.SHA256);
        using var made = signed.Create(own.SubjectName, X509SignatureGenerator.CreateForECDsa(key), now, now.AddDays(1), [1, 2, 3]);
        return made.ExportCertificatePem();
    }
}
