using System.Text.Json.Nodes;
using Lab.Manager.Http;
using Microsoft.AspNetCore.Authorization;

namespace Lab.Manager.Compute;

/// <summary>Nova's version documents. With one version in the range, clients ask for that one everywhere.</summary>
internal static class ComputeVersions
{
    public static void MapComputeVersions(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(ApiPaths.Compute, (HttpContext http) => ApiJson.Ok(new JsonObject { ["versions"] = new JsonArray(Describe(http)) }))
            .WithMetadata(new AllowAnonymousAttribute());
        routes.MapGet(ApiPaths.ComputeV21, (HttpContext http) => ApiJson.Ok(new JsonObject { ["version"] = Describe(http) }))
            .WithMetadata(new AllowAnonymousAttribute());
    }

    private static JsonObject Describe(HttpContext http) => new()
    {
        ["id"] = "v2.1",
        ["status"] = "CURRENT",
        ["version"] = ComputeMicroversion.Only,
        ["min_version"] = ComputeMicroversion.Only,
        ["updated"] = "2013-07-23T11:33:21Z",
        ["links"] = new JsonArray(new JsonObject { ["rel"] = "self", ["href"] = $"{PublicUrl.Of(http)}{ApiPaths.ComputeV21}/" }),
    };
}
