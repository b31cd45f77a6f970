using System.Text.Json.Nodes;
using Lab.Manager.Conductor;
using Lab.Manager.Http;
using Microsoft.AspNetCore.Mvc;

namespace Lab.Manager.Networking;

internal static class SubnetEndpoints
{
    private static readonly HashSet<string> Filters =
    [
        "id", "name", "description", "network_id", "project_id", "tenant_id", "ip_version", "cidr", "gateway_ip", "enable_dhcp", "subnetpool_id", "tags",
    ];

    public static void MapSubnets(this IEndpointRouteBuilder api)
    {
        api.MapGet("/subnets", ListAsync);
        api.MapPost("/subnets", CreateAsync);
        api.MapGet("/subnets/{id}", async (HttpContext context, string id, SubnetService subnets, RequestContext asker, CancellationToken token) =>
            Results.Json(new JsonObject
            {
                ["subnet"] = ListQuery.Select(NetworkingJson.Subnet(await subnets.GetAsync(id, asker, token)), context.Request.Query),
            }));
        api.MapPut("/subnets/{id}", UpdateAsync);
        api.MapDelete("/subnets/{id}", async (string id, SubnetService subnets, RequestContext asker, CancellationToken token) =>
        {
            await subnets.DeleteAsync(id, asker, token);
            return Results.NoContent();
        });
    }

    private static async Task<IResult> ListAsync(HttpContext context, SubnetService subnets, RequestContext asker, CancellationToken token)
    {
        var items = (await subnets.ListAsync(asker, token)).Select(NetworkingJson.Subnet);
        return Results.Json(new JsonObject { ["subnets"] = ListQuery.Apply(items, context.Request.Query, Filters) });
    }

    private static async Task<IResult> CreateAsync(HttpContext context, SubnetService subnets, RequestContext asker, CancellationToken token)
    {
        var subnet = await subnets.CreateAsync(await JsonBody.ReadAsync(context.Request, "subnet", token), asker, token);
        return Results.Json(new JsonObject { ["subnet"] = NetworkingJson.Subnet(subnet) }, statusCode: 201);
    }

    private static async Task<IResult> UpdateAsync(
        HttpContext context,
        string id,
        SubnetService subnets,
        // Its BindAsync is not what the framework takes a BindAsync for.
        [FromServices] IPortService ports,
        INodeSpecs specs,
        RequestContext asker,
        CancellationToken token)
    {
        var subnet = await subnets.UpdateAsync(id, await JsonBody.ReadAsync(context.Request, "subnet", token), asker, token);
        // Name servers are part of what the agents were told.
        var nodes = await ports.NodesOnNetworksAsync([subnet.NetworkId], token);
        if (nodes.Count > 0)
            await specs.RefreshAsync(nodes, System.Diagnostics.Activity.Current?.Id, token);
        return Results.Json(new JsonObject { ["subnet"] = NetworkingJson.Subnet(subnet) });
    }
}
