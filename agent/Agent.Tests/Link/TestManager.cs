using Microsoft.Extensions.DependencyInjection;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Http;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Lab.Agent.Link;
using Lab.Agent.Tests.Network;
using Lab.Contracts.Link;
using Lab.Protocols.JsonRpc;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace Lab.Agent.Tests.Link;

/// <summary>The manager's side of the agent link: an authority, one-time tokens, mutual TLS, and what agents told.</summary>
public sealed class TestManager : IAsyncDisposable
{
    public static readonly Guid NodeId = Guid.Parse("00000000-0000-0000-0000-00000000beef");
    private static readonly DateTimeOffset Start = TimeProvider.System.GetUtcNow().AddDays(-1);

    private readonly X509Certificate2 authority;
    private readonly ConcurrentDictionary<string, bool> tokens = new();
    private readonly string caFile = Path.GetTempFileName();
    private WebApplication? app;
    private JsonRpcPeer? agent;

    private TestManager()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=test authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        authority = request.CreateSelfSigned(Start, Start.AddDays(30));
        File.WriteAllText(caFile, authority.ExportCertificatePem());
    }

    public int Port { get; private set; }
    public Uri Address => new($"https://127.0.0.1:{Port}");
    public string CaFile => caFile;
    public X509Certificate2 ServerCertificate { get; private set; } = null!;
    public ConcurrentQueue<NodeRegistration> Registrations { get; } = new();
    public ConcurrentQueue<NodeStatus> Statuses { get; } = new();

    /// <summary>Pushed to every agent as soon as it has registered.</summary>
    public NodeSpec? Spec { get; set; }

    public static async Task<TestManager> StartAsync(CancellationToken token, int port = 0)
    {
        var manager = new TestManager();
        await manager.ListenAsync(port, token);
        return manager;
    }

    public string NewToken()
    {
        var text = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
        tokens[text] = true;
        return text;
    }

    public ManagerLinkOptions Options(string serial, string? ca = null) => new(Address, ServerTrust.Read(ca ?? caFile).Trust!, serial);

    public Task<JsonElement> AskAsync(string method, object parameters, CancellationToken token) =>
        (agent ?? throw new IOException("no agent is connected")).InvokeAsync(
            method, JsonSerializer.SerializeToNode(parameters, parameters.GetType(), LinkJson.Default), token);

    public Task ApplyAsync(NodeSpec spec, CancellationToken token)
    {
        Spec = spec;
        return AskAsync(LinkMethods.Apply, spec, token);
    }

    public Task UntilStatusAsync(Func<NodeStatus, bool> condition, string what, CancellationToken token) =>
        Tool.UntilAsync(() => Task.FromResult(Statuses.LastOrDefault() is { } last && condition(last)),
            what + "; last: " + JsonSerializer.Serialize(Statuses.LastOrDefault()), token);

    public Task UntilConvergedAsync(long generation, CancellationToken token) =>
        UntilStatusAsync(s => s.Generation == generation && s.Converged, $"generation {generation} holds", token);

    /// <summary>Breaks every connection and listens again on the same port, as after kill -9.</summary>
    public async Task RestartAsync(CancellationToken token)
    {
        await StopAsync();
        await ListenAsync(Port, token);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        authority.Dispose();
        ServerCertificate.Dispose();
        File.Delete(caFile);
    }

    private async Task StopAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await app!.StopAsync(now.Token);
        await app.DisposeAsync();
    }

    private async Task ListenAsync(int port, CancellationToken token)
    {
        ServerCertificate ??= IssueServer();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port, listen =>
            listen.UseHttps(ServerCertificate, https =>
            {
                https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
                https.ClientCertificateValidation = (shown, _, _) => IsOurs(shown);
            })));
        app = builder.Build();
        app.UseWebSockets();
        app.UseRouting();
        app.MapPost(LinkPaths.Enrol, EnrolAsync);
        app.Map(LinkPaths.Link, LinkAsync);
        app.UseEndpoints(_ => { });
        await app.StartAsync(token);
        Port = new Uri(app.Urls.Single()).Port;
    }

    private async Task EnrolAsync(HttpContext context)
    {
        var request = (await JsonSerializer.DeserializeAsync(context.Request.Body, LinkJson.Default.EnrolRequest))!;
        var csr = CertificateRequest.LoadSigningRequestPem(request.CertificateRequestPem, HashAlgorithmName.SHA256);
        if (!tokens.TryRemove(request.Token, out _) || csr.SubjectName.Name != $"CN={request.Serial}")
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return;
        }
        using var issued = csr.Create(authority, Start, Start.AddDays(20), RandomNumberGenerator.GetBytes(8));
        await context.Response.WriteAsync(JsonSerializer.Serialize(
            new EnrolReply(issued.ExportCertificatePem(), authority.ExportCertificatePem()), LinkJson.Default.EnrolReply));
    }

    private async Task LinkAsync(HttpContext context)
    {
        if (context.Connection.ClientCertificate is not { } shown || !context.WebSockets.IsWebSocketRequest)
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return;
        }
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        JsonRpcPeer? peer = null;
        var methods = new JsonRpcMethods()
            .Add(LinkMethods.Register, LinkJson.Default.NodeRegistration, LinkJson.Default.RegistrationReply, (registration, token) =>
            {
                if (shown.Subject != $"CN={registration.Serial}")
                    throw new JsonRpcException(JsonRpcErrors.InvalidParams, "another serial");
                Registrations.Enqueue(registration);
                agent = peer;
                // Pushed side by side with the reply, as the real manager does.
                if (Spec is { } spec)
                    _ = peer!.InvokeAsync(LinkMethods.Apply, JsonSerializer.SerializeToNode(spec, LinkJson.Default.NodeSpec), token);
                return Task.FromResult(new RegistrationReply(NodeId, 1));
            })
            .Add(LinkMethods.Status, (parameters, _) =>
            {
                Statuses.Enqueue(parameters.Deserialize(LinkJson.Default.NodeStatus)!);
                return Task.FromResult<System.Text.Json.Nodes.JsonNode?>(null);
            });
        await using (peer = new JsonRpcPeer(new WebSocketJsonRpcChannel(socket), methods))
        {
            try
            {
                await peer.RunAsync(context.RequestAborted);
            }
            catch (Exception e) when (e is OperationCanceledException or IOException or System.Net.WebSockets.WebSocketException)
            {
                // The agent left.
            }
        }
    }

    private bool IsOurs(X509Certificate2 shown)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(shown);
    }

    private X509Certificate2 IssueServer()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=manager", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var issued = request.Create(authority, Start, Start.AddDays(20), RandomNumberGenerator.GetBytes(8));
        return issued.CopyWithPrivateKey(key);
    }
}
