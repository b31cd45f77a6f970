using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Lab.Contracts.Link;
using Lab.Manager.BlockStorage;
using Lab.Manager.Database;
using Lab.Manager.Http;
using Lab.Protocols.JsonRpc;
using Microsoft.EntityFrameworkCore;

namespace Lab.Manager.Link;

/// <summary>The WebSocket agents dial, with the certificate that enrolment gave them.</summary>
internal static class LinkEndpoint
{
    public static void MapLink(this IEndpointRouteBuilder routes) =>
        routes.MapGet(LinkPaths.Link, AcceptAsync).WithMetadata(new LinkPlaneAttribute());

    private static async Task AcceptAsync(
        HttpContext context,
        IDbContextFactory<ManagerDbContext> contexts,
        AgentRegistry registry,
        NodeRegistrar nodes,
        HostSecrets secrets,
        TimeProvider time,
        ILogger<AgentSession> logger,
        IHostApplicationLifetime lifetime)
    {
        if (context.Connection.ClientCertificate is not { } certificate)
            throw ApiException.Unauthorized();
        var serial = certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
        if (!await IsCurrentAsync(contexts, serial, certificate, context.RequestAborted))
            throw ApiException.Forbidden("The certificate was replaced by a later enrolment.");
        if (!context.WebSockets.IsWebSocketRequest)
            throw ApiException.BadRequest("This is a WebSocket.");

        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        await using var session = new AgentSession(new WebSocketJsonRpcChannel(socket), serial, registry, nodes, secrets, time, logger);
        await session.RunAsync(ending.Token);
    }

    private static async Task<bool> IsCurrentAsync(
        IDbContextFactory<ManagerDbContext> contexts, string serial, X509Certificate2 certificate, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        var thumbprint = certificate.GetCertHashString(HashAlgorithmName.SHA256);
        return await context.Set<AgentCredential>().AnyAsync(c => c.Serial == serial && c.Thumbprint == thumbprint, token);
    }
}
