using System.Text.Json.Nodes;
using Lab.Manager.Http;

namespace Lab.Manager.Networking;

/// <summary>Routes of the Networking API v2.0.</summary>
internal static class NetworkingEndpoints
{
    private static readonly (string Alias, string Name)[] Extensions =
    [
        ("binding", "Port Binding"), ("net-mtu", "Network MTU"), ("port-security", "Port Security"), ("project-id", "project_id field enabled"),
        ("provider", "Provider Network"), ("standard-attr-timestamp", "Resource timestamps"),
    ];

    public static void MapNetworking(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(ApiPaths.Network, Versions).AllowAnonymous();
        var api = routes.MapGroup(ApiPaths.NetworkV2);
        api.MapGet("/extensions", () => Results.Json(new JsonObject { ["extensions"] = new JsonArray([.. Extensions.Select(Describe)]) }));
        api.MapGet("/extensions/{alias}", ShowExtension);
        api.MapNetworks();
        api.MapSubnets();
        api.MapPorts();
    }

    private static IResult Versions(HttpContext context) => Results.Json(new JsonObject
    {
        ["versions"] = new JsonArray(new JsonObject
        {
            ["id"] = "v2.0",
            ["status"] = "CURRENT",
            ["links"] = new JsonArray(new JsonObject { ["rel"] = "self", ["href"] = PublicUrl.Of(context) + ApiPaths.NetworkV2 + "/" }),
        }),
    });

    private static IResult ShowExtension(string alias)
    {
        foreach (var extension in Extensions)
            if (extension.Alias == alias)
                return Results.Json(new JsonObject { ["extension"] = Describe(extension) });
        throw ApiException.NotFound("Extension with alias", alias, "HTTPNotFound");
    }

    private static JsonNode Describe((string Alias, string Name) extension) => new JsonObject
    {
        ["alias"] = extension.Alias,
        ["name"] = extension.Name,
        ["description"] = extension.Name,
        ["updated"] = "2026-01-01T00:00:00-00:00",
        ["links"] = new JsonArray(),
    };
}
