using System.Text.Json.Nodes;
using Lab.Manager.Http;
using Microsoft.AspNetCore.Authorization;

namespace Lab.Manager.BareMetal;

/// <summary>Ironic's version documents. A client that was answered 406 reads the range from the headers of <c>GET /v1</c>.</summary>
internal static class BareMetalVersions
{
    public static void MapBareMetalVersions(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(ApiPaths.BareMetal, Root).WithMetadata(new AllowAnonymousAttribute());
        routes.MapGet(ApiPaths.BareMetalV1, V1).WithMetadata(new AllowAnonymousAttribute());
    }

    private static IResult Root(HttpContext http)
    {
        BareMetalMicroversion.Advertise(http);
        return ApiJson.Ok(new JsonObject
        {
            ["name"] = "OpenStack Ironic API",
            ["default_version"] = Describe(http),
            ["versions"] = new JsonArray(Describe(http)),
        });
    }

    private static IResult V1(HttpContext http)
    {
        BareMetalMicroversion.Advertise(http);
        return ApiJson.Ok(new JsonObject
        {
            ["id"] = "v1",
            ["version"] = Describe(http),
            ["links"] = Links(http, ApiPaths.BareMetalV1),
            ["nodes"] = Links(http, ApiPaths.BareMetalV1 + "/nodes"),
        });
    }

    private static JsonObject Describe(HttpContext http) => new()
    {
        ["id"] = "v1",
        ["status"] = "CURRENT",
        ["version"] = BareMetalMicroversion.Max,
        ["min_version"] = BareMetalMicroversion.Min,
        ["links"] = Links(http, ApiPaths.BareMetalV1),
    };

    private static JsonArray Links(HttpContext http, string path) =>
        [new JsonObject { ["rel"] = "self", ["href"] = $"{PublicUrl.Of(http)}{path}/" }];
}
