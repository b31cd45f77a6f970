using System.Text.Json.Nodes;
using Lab.Manager.Http;

namespace Lab.Manager.Networking;

internal static class NetworkEndpoints
{
    private static readonly HashSet<string> Filters =
    [
        "id", "name", "description", "project_id", "tenant_id", "admin_state_up", "status", "shared", "router:external", "is_default", "mtu",
        "provider:network_type", "provider:physical_network", "provider:segmentation_id", "tags",
    ];

    public static void MapNetworks(this IEndpointRouteBuilder api)
    {
        api.MapGet("/networks", ListAsync);
        api.MapPost("/networks", CreateAsync);
        api.MapGet("/networks/{id}", ShowAsync);
        api.MapPut("/networks/{id}", UpdateAsync);
        api.MapDelete("/networks/{id}", async (string id, NetworkService networks, RequestContext asker, CancellationToken token) =>
        {
            await networks.DeleteAsync(id, asker, token);
            return Results.NoContent();
        });
    }

    private static async Task<IResult> ListAsync(HttpContext context, NetworkService networks, RequestContext asker, CancellationToken token)
    {
        var items = (await networks.ListAsync(asker, token)).Select(n => NetworkingJson.Network(n.Network, n.Subnets, asker.IsAdmin));
        return Results.Json(new JsonObject { ["networks"] = ListQuery.Apply(items, context.Request.Query, Filters) });
    }

    private static async Task<IResult> CreateAsync(HttpContext context, NetworkService networks, RequestContext asker, CancellationToken token)
    {
        var network = await networks.CreateAsync(await JsonBody.ReadAsync(context.Request, "network", token), asker, token);
        return Results.Json(new JsonObject { ["network"] = NetworkingJson.Network(network, [], asker.IsAdmin) }, statusCode: 201);
    }

    private static async Task<IResult> ShowAsync(
        HttpContext context, string id, NetworkService networks, RequestContext asker, CancellationToken token)
    {
        var (network, subnets) = await networks.GetAsync(id, asker, token);
        return Results.Json(new JsonObject
        {
            ["network"] = ListQuery.Select(NetworkingJson.Network(network, subnets, asker.IsAdmin), context.Request.Query),
        });
    }

    private static async Task<IResult> UpdateAsync(
        HttpContext context, string id, NetworkService networks, RequestContext asker, CancellationToken token)
    {
        var (network, subnets) = await networks.UpdateAsync(id, await JsonBody.ReadAsync(context.Request, "network", token), asker, token);
        return Results.Json(new JsonObject { ["network"] = NetworkingJson.Network(network, subnets, asker.IsAdmin) });
    }
}
