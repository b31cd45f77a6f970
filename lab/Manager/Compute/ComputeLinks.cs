using System.Text.Json.Nodes;
using Lab.Manager.Http;

namespace Lab.Manager.Compute;

internal static class ComputeLinks
{
    public static JsonArray Self(HttpContext http, string collection, string id) =>
    [
        new JsonObject { ["rel"] = "self", ["href"] = $"{PublicUrl.Of(http)}{ApiPaths.ComputeV21}/{collection}/{id}" },
        new JsonObject { ["rel"] = "bookmark", ["href"] = $"{PublicUrl.Of(http)}{ApiPaths.Compute}/{collection}/{id}" },
    ];
}
