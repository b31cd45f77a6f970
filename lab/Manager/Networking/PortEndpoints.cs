using System.Text.Json.Nodes;
using Lab.Manager.Http;

namespace Lab.Manager.Networking;

internal static class PortEndpoints
{
    private static readonly HashSet<string> Filters =
    [
        "id", "name", "description", "network_id", "project_id", "tenant_id", "mac_address", "fixed_ips", "admin_state_up", "status", "device_id",
        "device_owner", "binding:host_id", "binding:vnic_type", "security_groups", "tags",
    ];

    public static void MapPorts(this IEndpointRouteBuilder api)
    {
        api.MapGet("/ports", ListAsync);
        api.MapPost("/ports", CreateAsync);
        api.MapGet("/ports/{id}", async (HttpContext context, string id, PortService ports, RequestContext asker, CancellationToken token) =>
            Results.Json(new JsonObject
            {
                ["port"] = ListQuery.Select(NetworkingJson.Port(await ports.GetAsync(id, asker, token), asker.IsAdmin), context.Request.Query),
            }));
        api.MapPut("/ports/{id}", UpdateAsync);
        api.MapDelete("/ports/{id}", async (string id, PortService ports, RequestContext asker, CancellationToken token) =>
        {
            await ports.DeleteAsync(id, asker, token);
            return Results.NoContent();
        });
    }

    private static async Task<IResult> ListAsync(HttpContext context, PortService ports, RequestContext asker, CancellationToken token)
    {
        var items = (await ports.ListAsync(asker, token)).Select(port => NetworkingJson.Port(port, asker.IsAdmin));
        return Results.Json(new JsonObject { ["ports"] = ListQuery.Apply(items, context.Request.Query, Filters) });
    }

    private static async Task<IResult> CreateAsync(HttpContext context, PortService ports, RequestContext asker, CancellationToken token)
    {
        var port = await ports.CreateAsync(await JsonBody.ReadAsync(context.Request, "port", token), asker, token);
        return Results.Json(new JsonObject { ["port"] = NetworkingJson.Port(port, asker.IsAdmin) }, statusCode: 201);
    }

    private static async Task<IResult> UpdateAsync(
        HttpContext context, string id, PortService ports, RequestContext asker, CancellationToken token)
    {
        var port = await ports.UpdateAsync(id, await JsonBody.ReadAsync(context.Request, "port", token), asker, token);
        return Results.Json(new JsonObject { ["port"] = NetworkingJson.Port(port, asker.IsAdmin) });
    }
}
