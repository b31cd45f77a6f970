using System.Text.Json.Nodes;
using Lab.Manager.Http;

namespace Lab.Manager.Compute;

internal static class FlavorEndpoints
{
    public static void MapFlavors(this RouteGroupBuilder api)
    {
        api.MapGet("/flavors", (HttpContext http, RequestContext asker, FlavorService flavors, CancellationToken token) =>
            ListAsync(http, asker, flavors, isDetailed: false, token));
        api.MapGet("/flavors/detail", (HttpContext http, RequestContext asker, FlavorService flavors, CancellationToken token) =>
            ListAsync(http, asker, flavors, isDetailed: true, token));
        api.MapGet("/flavors/{id}", async (HttpContext http, string id, FlavorService flavors, CancellationToken token) =>
            ApiJson.Ok(new JsonObject { ["flavor"] = Full(await flavors.GetAsync(id, token), http) }));
        api.MapGet("/flavors/{id}/os-extra_specs", async (string id, FlavorService flavors, CancellationToken token) =>
        {
            await flavors.GetAsync(id, token);
            return ApiJson.Ok(new JsonObject { ["extra_specs"] = new JsonObject() });
        });
        api.MapPost("/flavors", async (HttpContext http, RequestContext asker, FlavorService flavors, CancellationToken token) =>
        {
            var body = await JsonBody.ReadAsync(http.Request, "flavor", token);
            return ApiJson.Ok(new JsonObject { ["flavor"] = Full(await flavors.CreateAsync(body, asker, token), http) });
        });
        api.MapDelete("/flavors/{id}", async (string id, RequestContext asker, FlavorService flavors, CancellationToken token) =>
        {
            await flavors.DeleteAsync(id, asker, token);
            return Results.Accepted();
        });
    }

    private static async Task<IResult> ListAsync(
        HttpContext http, RequestContext asker, FlavorService flavors, bool isDetailed, CancellationToken token)
    {
        bool? isPublic = http.Request.Query["is_public"].ToString() switch
        {
            "" or "True" or "true" or "1" => true,
            "False" or "false" or "0" => false,
            _ => null,
        };
        var page = Page.Of(http.Request).Take(await flavors.ListAsync(asker, isPublic, token), f => f.Id);
        return ApiJson.Ok(new JsonObject { ["flavors"] = ApiJson.Array(page.Select(f => isDetailed ? Full(f, http) : Brief(f, http))) });
    }

    private static JsonObject Brief(Flavor flavor, HttpContext http) => new()
    {
        ["id"] = flavor.Id,
        ["name"] = flavor.Name,
        ["links"] = ComputeLinks.Self(http, "flavors", flavor.Id),
    };

    private static JsonObject Full(Flavor flavor, HttpContext http)
    {
        var json = Brief(flavor, http);
        json["vcpus"] = flavor.Vcpus;
        json["ram"] = flavor.RamMib;
        json["disk"] = flavor.DiskGib;
        json["swap"] = "";
        json["rxtx_factor"] = 1.0;
        json["OS-FLV-EXT-DATA:ephemeral"] = 0;
        json["OS-FLV-DISABLED:disabled"] = false;
        json["os-flavor-access:is_public"] = flavor.IsPublic;
        return json;
    }
}
