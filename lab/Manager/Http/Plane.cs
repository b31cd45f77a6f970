using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Lab.Manager.Http;

/// <summary>
/// The endpoint a request came in by. Tagged on the connection, not read from the Host header, so that a tenant cannot reach the
/// agents' paths by a forged header.
/// </summary>
internal sealed class Plane
{
    public static readonly Plane Public = new();
    public static readonly Plane Link = new();
    private static readonly object Key = new();

    private Plane()
    {
    }

    public void Serve(ListenOptions listen, Action<HttpsConnectionAdapterOptions> https)
    {
        // WebSockets of the agents are HTTP/1.1; the openstack clients speak nothing newer.
        listen.Protocols = HttpProtocols.Http1;
        listen.UseHttps(https);
        listen.Use(next => connection =>
        {
            connection.Items[Key] = this;
            return next(connection);
        });
    }

    public static Plane Of(HttpContext context) =>
        context.Features.Get<IConnectionItemsFeature>()?.Items.TryGetValue(Key, out var plane) == true ? (Plane)plane! : Public;
}

/// <summary>Marks routes that are served to agents alone; all others are public.</summary>
internal sealed record LinkPlaneAttribute;

internal static class PlaneMiddleware
{
    /// <summary>A route of the other plane does not exist.</summary>
    public static void UsePlanes(this WebApplication app) => app.Use((context, next) =>
    {
        if (context.GetEndpoint() is { } endpoint)
        {
            var plane = endpoint.Metadata.GetMetadata<LinkPlaneAttribute>() is null ? Plane.Public : Plane.Link;
            if (plane != Plane.Of(context))
                context.SetEndpoint(null);
        }
        return next(context);
    });
}
