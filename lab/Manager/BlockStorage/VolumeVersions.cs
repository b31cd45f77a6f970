using System.Text.Json.Nodes;
using Lab.Manager.Http;
using Microsoft.AspNetCore.Authorization;

namespace Lab.Manager.BlockStorage;

/// <summary>Cinder's version documents.</summary>
internal static class VolumeVersions
{
    private const string Only = "3.0";

    public static void MapVolumeVersions(this IEndpointRouteBuilder routes)
    {
        foreach (var path in new[] { ApiPaths.Volume, ApiPaths.VolumeV3 })
            routes.MapGet(path, (HttpContext http) => ApiJson.Ok(new JsonObject { ["versions"] = new JsonArray(Describe(http)) }))
                .WithMetadata(new AllowAnonymousAttribute());
    }

    private static JsonObject Describe(HttpContext http) => new()
    {
        ["id"] = "v3.0",
        ["status"] = "CURRENT",
        ["version"] = Only,
        ["min_version"] = Only,
        ["updated"] = "2016-02-08T12:20:21Z",
        ["links"] = new JsonArray(new JsonObject { ["rel"] = "self", ["href"] = $"{PublicUrl.Of(http)}{ApiPaths.VolumeV3}/" }),
    };
}
