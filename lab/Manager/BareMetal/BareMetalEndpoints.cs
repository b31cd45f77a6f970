using System.Text.Json;
using System.Text.Json.Nodes;
using Lab.Contracts.Link;
using Lab.Manager.Compute;
using Lab.Manager.Http;

namespace Lab.Manager.BareMetal;

/// <summary>Ironic's API v1: nodes, as they are. Nobody makes them: they appear when their DPU enrols.</summary>
internal static class BareMetalEndpoints
{
    private const string Driver = "dpu";

    public static WebApplication MapBareMetal(this WebApplication app)
    {
        app.MapBareMetalVersions();
        var api = app.MapGroup(ApiPaths.BareMetalV1).AddEndpointFilter(BareMetalMicroversion.NegotiateAsync);
        api.MapGet("/nodes", (HttpContext http, RequestContext asker, NodeView nodes, CancellationToken token) => ListAsync(http, asker, nodes, false, token));
        api.MapGet("/nodes/detail", (HttpContext http, RequestContext asker, NodeView nodes, CancellationToken token) => ListAsync(http, asker, nodes, true, token));
        api.MapGet("/nodes/{id}", ShowAsync);
        return app;
    }

    private static async Task<IResult> ListAsync(HttpContext http, RequestContext asker, NodeView nodes, bool isDetailed, CancellationToken token)
    {
        asker.RequireAdmin();
        var query = http.Request.Query;
        var found = (await nodes.ListAsync(token)).Where(n =>
            Matches(query["provision_state"].ToString(), ProvisionStateMachine.Name(n.ProvisionState))
            && Matches(query["instance_uuid"].ToString(), n.ServerId?.ToString() ?? "")
            && Matches(query["driver"].ToString(), Driver));
        var page = Page.Of(http.Request).Take(found, n => n.Id.ToString());
        var isFull = isDetailed || query["detail"].ToString() is "True" or "true";
        var fields = Fields(http);
        return ApiJson.Ok(new JsonObject
        {
            ["nodes"] = ApiJson.Array(page.Select(n => Select(isFull || fields is not null ? Full(n, http) : Brief(n, http), fields))),
        });
    }

    private static async Task<IResult> ShowAsync(HttpContext http, string id, RequestContext asker, NodeView nodes, CancellationToken token)
    {
        asker.RequireAdmin();
        var found = (await nodes.ListAsync(token)).FirstOrDefault(n => n.Serial == id || (Guid.TryParse(id, out var uuid) && n.Id == uuid))
            ?? throw ApiException.NotFound("Node", id);
        return ApiJson.Ok(Select(Full(found, http), Fields(http)));
    }

    private static bool Matches(string wanted, string actual) => wanted.Length == 0 || wanted == actual;

    private static HashSet<string>? Fields(HttpContext http) =>
        http.Request.Query["fields"].ToString() is { Length: > 0 } text ? text.Split(',').ToHashSet(StringComparer.Ordinal) : null;

    private static JsonObject Select(JsonObject node, HashSet<string>? fields)
    {
        if (fields is null)
            return node;
        foreach (var unknown in fields.Where(f => !node.ContainsKey(f)))
            throw ApiException.BadRequest($"Field(s) \"{unknown}\" are not valid.");
        foreach (var name in node.Select(p => p.Key).Where(k => !fields.Contains(k) && k != "links").ToList())
            node.Remove(name);
        return node;
    }

    private static JsonObject Brief(Node node, HttpContext http) => new()
    {
        ["uuid"] = node.Id.ToString(),
        ["name"] = node.Serial,
        ["instance_uuid"] = node.ServerId?.ToString(),
        ["power_state"] = Power(node),
        ["provision_state"] = ProvisionStateMachine.Name(node.ProvisionState),
        ["maintenance"] = node.Maintenance,
        ["links"] = new JsonArray(
            new JsonObject { ["rel"] = "self", ["href"] = $"{PublicUrl.Of(http)}{ApiPaths.BareMetalV1}/nodes/{node.Id}" },
            new JsonObject { ["rel"] = "bookmark", ["href"] = $"{PublicUrl.Of(http)}{ApiPaths.BareMetal}/nodes/{node.Id}" }),
    };

    private static JsonObject Full(Node node, HttpContext http)
    {
        var json = Brief(node, http);
        json["driver"] = Driver;
        json["driver_info"] = new JsonObject { ["agent_version"] = node.AgentVersion, ["storage_address"] = node.StorageAddress, ["tunnel_address"] = node.TunnelAddress, ["host_nqn"] = node.HostNqn };
        json["driver_internal_info"] = new JsonObject { ["generation"] = node.Generation, ["agent_last_heartbeat"] = node.SeenAt is { } seen ? ApiJson.NaiveInstant(seen) : null };
        json["properties"] = new JsonObject
        {
            ["cpus"] = node.Vcpus,
            ["memory_mb"] = node.MemoryMib,
            ["cpu_arch"] = "x86_64",
            ["functions_max"] = node.FunctionsMax,
            ["manufacturer"] = node.Manufacturer,
            ["model"] = node.Model,
            ["system_uuid"] = node.SystemUuid.ToString(),
        };
        json["instance_info"] = new JsonObject();
        json["extra"] = new JsonObject();
        json["resource_class"] = "baremetal";
        json["target_provision_state"] = ProvisionStateMachine.Target(node.ProvisionState) is { } target ? ProvisionStateMachine.Name(target) : null;
        json["target_power_state"] = null;
        json["last_error"] = node.LastError;
        json["maintenance_reason"] = null;
        json["reservation"] = null;
        json["console_enabled"] = false;
        json["boot_interface"] = Driver;
        json["deploy_interface"] = Driver;
        json["network_interface"] = Driver;
        json["storage_interface"] = Driver;
        json["power_interface"] = "redfish";
        json["management_interface"] = "redfish";
        json["conductor"] = "manager";
        json["owner"] = null;
        json["description"] = null;
        json["created_at"] = ApiJson.Instant(node.CreatedAt);
        json["updated_at"] = ApiJson.Instant(node.UpdatedAt);
        json["provision_updated_at"] = ApiJson.Instant(node.UpdatedAt);
        return json;
    }

    private static string? Power(Node node)
    {
        var status = node.StatusJson is null ? null : JsonSerializer.Deserialize(node.StatusJson, LinkJson.Default.NodeStatus);
        return status is null ? null : status.Power == PowerState.On ? "power on" : "power off";
    }
}
