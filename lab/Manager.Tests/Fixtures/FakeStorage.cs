using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Lab.Manager.Pki;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Lab.Manager.Tests.Fixtures;

/// <summary>The storage target's management as the manager sees it: HTTPS with client certificates, ids chosen by the caller.</summary>
internal sealed class FakeStorage : IAsyncDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("storage-test-");
    private readonly CertificateAuthority authority;
    private readonly WebApplication app;

    private FakeStorage()
    {
        authority = CertificateAuthority.Open(directory.FullName, TimeProvider.System);
        WriteClientCertificate();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(https =>
        {
            https.ServerCertificate = authority.IssueServer(["127.0.0.1"]);
            https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
            https.ClientCertificateValidation = (client, _, _) => authority.Issued(client);
        })));
        app = builder.Build();
        app.Run(ServeAsync);
    }

    private Uri Url => new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
    public StorageAccess Access => new(
        Url, Path.Combine(directory.FullName, "client.pem"), Path.Combine(directory.FullName, "client.key"), Path.Combine(directory.FullName, CertificateAuthority.CertificateFile));
    public ConcurrentDictionary<string, JsonObject> Volumes { get; } = new();
    public ConcurrentDictionary<string, JsonObject> Snapshots { get; } = new();
    public ConcurrentDictionary<string, JsonObject> Exports { get; } = new();
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>Awaited before a request is handled: "POST volumes". Where it throws, the answer is 500.</summary>
    public Func<string, Task> Before { get; set; } = _ => Task.CompletedTask;

    /// <summary>Awaited after a request is handled and before its answer.</summary>
    public Func<string, Task> After { get; set; } = _ => Task.CompletedTask;

    public static async Task<FakeStorage> StartAsync()
    {
        var storage = new FakeStorage();
        await storage.app.StartAsync();
        return storage;
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        authority.Dispose();
        directory.Delete(recursive: true);
    }

    private async Task ServeAsync(HttpContext http)
    {
        var parts = http.Request.Path.Value!.Trim('/').Split('/');
        var what = $"{http.Request.Method} {parts[1]}{(parts.Length > 3 ? "/" + parts[3] : "")}";
        Requests.Enqueue(what);
        try
        {
            await Before(what);
            var (status, body) = await HandleAsync(http, parts);
            await After(what);
            http.Response.StatusCode = status;
            if (body is not null)
                await http.Response.WriteAsync(body.ToJsonString());
        }
        catch (InvalidOperationException e)
        {
            http.Response.StatusCode = 500;
            await http.Response.WriteAsync(Error("broken", e.Message).ToJsonString());
        }
    }

    private async Task<(int Status, JsonObject? Body)> HandleAsync(HttpContext http, string[] parts)
    {
        var things = parts[1] switch { "volumes" => Volumes, "snapshots" => Snapshots, "exports" => Exports, _ => null };
        if (things is null)
            return (404, Error("not_found", "no such path"));
        switch (http.Request.Method, parts.Length)
        {
            case ("POST", 2):
                return Create(parts[1], things, (await JsonNode.ParseAsync(http.Request.Body))!.AsObject());
            case ("DELETE", 3):
                return things.TryRemove(parts[2], out _) ? (204, null) : (404, Error("not_found", "no such thing"));
            case ("PUT", 4):
                await http.Request.Body.CopyToAsync(Stream.Null);
                return (204, null);
            case ("POST", 4):
                Volumes[parts[2]]["size_bytes"] = (await JsonNode.ParseAsync(http.Request.Body))!["size_bytes"]!.GetValue<long>();
                return (200, Volumes[parts[2]].DeepClone().AsObject());
            default:
                return things.TryGetValue(parts[2], out var thing) ? (200, thing.DeepClone().AsObject()) : (404, Error("not_found", "no such thing"));
        }
    }

    private (int Status, JsonObject? Body) Create(string kind, ConcurrentDictionary<string, JsonObject> things, JsonObject asked)
    {
        var id = asked["id"]!.GetValue<string>();
        if (asked["snapshot_id"]?.GetValue<string>() is { } snapshot && !Snapshots.ContainsKey(snapshot))
            return (404, Error("not_found", $"snapshot {snapshot} does not exist"));
        if (asked["volume_id"]?.GetValue<string>() is { } volume && !Volumes.ContainsKey(volume))
            return (404, Error("not_found", $"volume {volume} does not exist"));
        if (kind == "exports")
        {
            asked["url"] = $"nbd://10.20.0.2:10809/{id}";
            asked["nvme"] = new JsonObject { ["address"] = "10.20.0.2", ["port"] = 4420, ["subnqn"] = $"nqn.2026-11.org.example:{id}", ["nsid"] = 1 };
        }
        var kept = things.GetOrAdd(id, asked);
        if (!ReferenceEquals(kept, asked) && !JsonNode.DeepEquals(kept, asked))
            return (409, Error("conflict", $"{id} exists with other parameters"));
        return (ReferenceEquals(kept, asked) ? 201 : 200, kept.DeepClone().AsObject());
    }

    private static JsonObject Error(string code, string message) => new() { ["error"] = new JsonObject { ["code"] = code, ["message"] = message } };

    private void WriteClientCertificate()
    {
        using var key = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=manager", key, System.Security.Cryptography.HashAlgorithmName.SHA256);
        using var certificate = authority.IssueClient(request.CreateSigningRequestPem(), "manager");
        File.WriteAllText(Path.Combine(directory.FullName, "client.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(directory.FullName, "client.key"), key.ExportPkcs8PrivateKeyPem());
    }
}
