using System.Net.Http.Json;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lab.Harness.Pki;
using Lab.Interop.Linux;

namespace Lab.Harness.Launch;

/// <summary>The storage target's management interface, for scenarios that count what is left there, or set faults.</summary>
public sealed class StorageControl : IDisposable
{
    private readonly HttpClient http;

    public StorageControl(NetworkNamespace network, IssuedFiles files)
    {
        using var pem = X509Certificate2.CreateFromPemFile(files.Certificate, files.Key);
        var authority = X509CertificateLoader.LoadCertificateFromFile(files.Authority);
        http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = network.ConnectAsync,
            SslOptions =
            {
                // A certificate with an ephemeral key is not sent on every platform; one read back from PKCS#12 is.
                ClientCertificates = [X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null)],
                RemoteCertificateValidationCallback = (_, certificate, _, _) => TestbedAuthority.IsIssuedBy(authority, certificate),
            },
        })
        {
            BaseAddress = new Uri($"https://{AddressPlan.Storage}:{AddressPlan.StoragePort}/v1/"),
        };
    }

    public async Task<JsonElement> GetAsync(string path, CancellationToken token)
    {
        using var document = JsonDocument.Parse(await http.GetStringAsync(path, token));
        return document.RootElement.Clone();
    }

    /// <summary>Sets a fault; it is gone with the target's process.</summary>
    /// <returns>Its id.</returns>
    /// <exception cref="LabException">The target refuses it.</exception>
    public async Task<string> SetFaultAsync(JsonObject rule, CancellationToken token)
    {
        using var answer = await http.PostAsJsonAsync("faults", rule, token);
        var told = await answer.Content.ReadAsStringAsync(token);
        if (!answer.IsSuccessStatusCode)
            throw new LabException($"the storage target refuses the fault {rule.ToJsonString()}: {told}");
        return JsonNode.Parse(told)!["id"]!.GetValue<string>();
    }

    /// <summary>Takes a fault back.</summary>
    /// <returns>How often it acted.</returns>
    public async Task<int> EndFaultAsync(string id, CancellationToken token)
    {
        var faults = await GetAsync("faults", token);
        var count = faults.GetProperty("faults").EnumerateArray().First(fault => fault.GetProperty("id").GetString() == id).GetProperty("count").GetInt32();
        using var answer = await http.DeleteAsync($"faults/{id}", token);
        answer.EnsureSuccessStatusCode();
        return count;
    }

    public void Dispose() => http.Dispose();
}
