using System.Globalization;
using System.Text.Json.Nodes;
using Lab.Manager.BareMetal;
using Lab.Manager.Database;
using Lab.Manager.Http;
using Lab.Manager.Link;
using Microsoft.EntityFrameworkCore;

namespace Lab.Manager.Compute;

/// <summary>os-hypervisors and os-services: nodes as nova's administrator sees them.</summary>
internal static class HypervisorEndpoints
{
    private const string Zone = "nova";

    public static void MapHypervisors(this RouteGroupBuilder api)
    {
        api.MapGet("/os-hypervisors", (HttpContext http, RequestContext asker, NodeView nodes, CancellationToken token) => ListAsync(http, asker, nodes, false, token));
        api.MapGet("/os-hypervisors/detail", (HttpContext http, RequestContext asker, NodeView nodes, CancellationToken token) => ListAsync(http, asker, nodes, true, token));
        api.MapGet("/os-hypervisors/{id}", async (string id, RequestContext asker, NodeView nodes, CancellationToken token) =>
            ApiJson.Ok(new JsonObject { ["hypervisor"] = Full(await FindAsync(id, asker, nodes, token), nodes) }));
        api.MapGet("/os-hypervisors/{id}/uptime", async (string id, RequestContext asker, NodeView nodes, CancellationToken token) =>
            ApiJson.Ok(new JsonObject { ["hypervisor"] = Brief(await FindAsync(id, asker, nodes, token), nodes) }));
        api.MapGet("/os-services", ListServicesAsync);
        api.MapGet("/os-aggregates", (RequestContext asker) =>
        {
            asker.RequireAdmin();
            return ApiJson.Ok(new JsonObject { ["aggregates"] = new JsonArray() });
        });
    }

    private static async Task<IResult> ListAsync(HttpContext http, RequestContext asker, NodeView nodes, bool isDetailed, CancellationToken token)
    {
        asker.RequireAdmin();
        var page = Page.Of(http.Request).Take(await nodes.ListAsync(token), n => n.Number.ToString(CultureInfo.InvariantCulture));
        return ApiJson.Ok(new JsonObject { ["hypervisors"] = ApiJson.Array(page.Select(n => isDetailed ? Full(n, nodes) : Brief(n, nodes))) });
    }

    private static async Task<Node> FindAsync(string id, RequestContext asker, NodeView nodes, CancellationToken token)
    {
        asker.RequireAdmin();
        return (await nodes.ListAsync(token)).FirstOrDefault(n => n.Number.ToString(CultureInfo.InvariantCulture) == id)
            ?? throw ApiException.NotFound("Compute host", id);
    }

    private static JsonObject Brief(Node node, NodeView nodes) => new()
    {
        ["id"] = node.Number,
        ["hypervisor_hostname"] = node.Serial,
        ["state"] = nodes.IsUp(node) ? "up" : "down",
        ["status"] = node.Maintenance ? "disabled" : "enabled",
    };

    private static JsonObject Full(Node node, NodeView nodes)
    {
        var isUsed = node.ServerId is not null;
        var json = Brief(node, nodes);
        json["hypervisor_type"] = "dpu";
        json["hypervisor_version"] = 1;
        json["host_ip"] = node.StorageAddress;
        json["service"] = new JsonObject { ["id"] = node.Number, ["host"] = node.Serial, ["disabled_reason"] = null };
        json["vcpus"] = node.Vcpus;
        json["vcpus_used"] = isUsed ? node.Vcpus : 0;
        json["memory_mb"] = node.MemoryMib;
        json["memory_mb_used"] = isUsed ? node.MemoryMib : 0;
        json["free_ram_mb"] = isUsed ? 0 : node.MemoryMib;
        json["local_gb"] = 0;
        json["local_gb_used"] = 0;
        json["free_disk_gb"] = 0;
        json["disk_available_least"] = 0;
        json["running_vms"] = isUsed ? 1 : 0;
        json["current_workload"] = 0;
        json["cpu_info"] = "";
        return json;
    }

    private static async Task<IResult> ListServicesAsync(RequestContext asker, NodeView nodes, TimeProvider time, CancellationToken token)
    {
        asker.RequireAdmin();
        var now = time.GetUtcNow();
        var services = new JsonArray(Service(0, "nova-scheduler", "manager", "internal", true, now), Service(0, "nova-conductor", "manager", "internal", true, now));
        foreach (var node in await nodes.ListAsync(token))
            services.Add(Service(node.Number, "nova-compute", node.Serial, Zone, nodes.IsUp(node), node.SeenAt ?? node.CreatedAt));
        return ApiJson.Ok(new JsonObject { ["services"] = services });
    }

    private static JsonObject Service(int id, string binary, string host, string zone, bool isUp, DateTimeOffset at) => new()
    {
        ["id"] = id,
        ["binary"] = binary,
        ["host"] = host,
        ["zone"] = zone,
        ["status"] = "enabled",
        ["state"] = isUp ? "up" : "down",
        ["updated_at"] = ApiJson.NaiveInstant(at),
        ["disabled_reason"] = null,
    };
}

/// <summary>Nodes for the APIs that show them.</summary>
internal sealed class NodeView(IDbContextFactory<ManagerDbContext> contexts, AgentRegistry agents)
{
    public bool IsUp(Node node) => agents.IsConnected(node.Id);

    public async Task<IReadOnlyList<Node>> ListAsync(CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        return await context.Set<Node>().AsNoTracking().OrderBy(n => n.Number).ToListAsync(token);
    }
}
