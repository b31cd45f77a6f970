using System.Text.Json.Nodes;
using Lab.Contracts.Link;
using Lab.Manager.Http;
using Lab.Manager.Networking;

namespace Lab.Manager.Compute;

/// <summary>Servers as nova's API 2.1 writes them.</summary>
internal static class ServerJson
{
    private const string Zone = "nova";

    public static string Name(ServerStatus status) => status.ToString().ToUpperInvariant();

    public static string VmState(ServerStatus status) => status switch
    {
        ServerStatus.Build => "building",
        ServerStatus.Active => "active",
        ServerStatus.Shutoff => "stopped",
        _ => "error",
    };

    public static JsonObject Brief(Server server, HttpContext http) => new()
    {
        ["id"] = server.Id.ToString(),
        ["name"] = server.Name,
        ["links"] = ComputeLinks.Self(http, "servers", server.Id.ToString()),
    };

    public static JsonObject Full(Server server, ServerDetails details, RequestContext asker, HttpContext http)
    {
        var node = details.Nodes.GetValueOrDefault(server.Id);
        var json = Brief(server, http);
        json["status"] = server.Status is ServerStatus.Active && server.TaskState is TaskStates.Rebooting ? "REBOOT"
            : server.Status is ServerStatus.Active && server.TaskState is TaskStates.RebootingHard ? "HARD_REBOOT"
            : Name(server.Status);
        json["tenant_id"] = server.ProjectId.ToString("N");
        json["user_id"] = server.UserId.ToString("N");
        json["metadata"] = ApiJson.StringMap(server.MetadataJson);
        json["hostId"] = node is null ? "" : Identity.DerivedId.Of("host", $"{server.ProjectId:N}/{node.Serial}").ToString("N");
        json["image"] = server.ImageId is { } image
            ? new JsonObject { ["id"] = image.ToString(), ["links"] = ComputeLinks.Self(http, "images", image.ToString()) }
            : "";
        // At 2.1 the flavor is a reference: clients look for its id.
        json["flavor"] = new JsonObject { ["id"] = server.FlavorId, ["links"] = ComputeLinks.Self(http, "flavors", server.FlavorId) };
        json["created"] = ApiJson.Instant(server.CreatedAt);
        json["updated"] = ApiJson.Instant(server.UpdatedAt);
        json["addresses"] = Addresses(details.Ports[server.Id]);
        json["accessIPv4"] = "";
        json["accessIPv6"] = "";
        json["OS-DCF:diskConfig"] = "MANUAL";
        json["OS-EXT-AZ:availability_zone"] = node is null ? "" : Zone;
        json["OS-EXT-STS:task_state"] = server.TaskState;
        json["OS-EXT-STS:vm_state"] = VmState(server.Status);
        json["OS-EXT-STS:power_state"] = server is { Presented: true, Power: PowerState.On, Status: not ServerStatus.Build } ? 1 : server.Presented ? 4 : 0;
        json["OS-SRV-USG:launched_at"] = server.LaunchedAt is { } at ? ApiJson.NaiveInstant(at) : null;
        json["OS-SRV-USG:terminated_at"] = null;
        json["os-extended-volumes:volumes_attached"] = ApiJson.Array(details.Disks[server.Id].Select(a => new JsonObject { ["id"] = a.VolumeId.ToString() }));
        json["config_drive"] = "True";
        json["key_name"] = null;
        json["security_groups"] = details.Ports[server.Id].Any() ? new JsonArray(new JsonObject { ["name"] = "default" }) : [];
        if (server.Status is ServerStatus.Build or ServerStatus.Active)
            json["progress"] = server.Status == ServerStatus.Active ? 100 : 0;
        if (asker.IsAdmin)
        {
            json["OS-EXT-SRV-ATTR:host"] = node?.Serial;
            json["OS-EXT-SRV-ATTR:hypervisor_hostname"] = node?.Serial;
            json["OS-EXT-SRV-ATTR:instance_name"] = $"instance-{server.Id.ToString("N")[..8]}";
        }
        if (server is { Status: ServerStatus.Error, Fault: { } fault })
            json["fault"] = new JsonObject { ["code"] = 500, ["message"] = fault, ["created"] = ApiJson.Instant(server.FaultAt ?? server.UpdatedAt) };
        return json;
    }

    public static JsonObject Full(Attachment attachment) => new()
    {
        ["id"] = attachment.VolumeId.ToString(),
        ["volumeId"] = attachment.VolumeId.ToString(),
        ["serverId"] = attachment.ServerId.ToString(),
        ["device"] = attachment.Device,
    };

    public static JsonObject Full(PortInfo port) => new()
    {
        ["port_id"] = port.Id.ToString(),
        ["net_id"] = port.NetworkId.ToString(),
        ["mac_addr"] = port.MacAddress,
        ["port_state"] = port.Status,
        ["fixed_ips"] = ApiJson.Array(port.Addresses.Select(a => new JsonObject { ["subnet_id"] = a.SubnetId.ToString(), ["ip_address"] = a.IpAddress })),
    };

    private static JsonObject Addresses(IEnumerable<PortInfo> ports)
    {
        var networks = new JsonObject();
        foreach (var network in ports.GroupBy(p => p.NetworkName))
            networks[network.Key] = ApiJson.Array(network.SelectMany(port => port.Addresses.Select(a => new JsonObject
            {
                ["version"] = 4,
                ["addr"] = a.IpAddress,
                ["OS-EXT-IPS:type"] = "fixed",
                ["OS-EXT-IPS-MAC:mac_addr"] = port.MacAddress,
            })));
        return networks;
    }
}
