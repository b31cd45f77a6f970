using System.Globalization;
using System.Text.Json.Nodes;

namespace Lab.Manager.Networking;

/// <summary>Bodies of the Networking API v2.0.</summary>
internal static class NetworkingJson
{
    public const string ServerDeviceOwner = "compute:nova";

    /// <param name="subnets">Ids of the network's subnets.</param>
    /// <param name="forAdmin">Adds what only an administrator sees: how the network is carried.</param>
    public static JsonObject Network(Network network, IEnumerable<Guid> subnets, bool forAdmin)
    {
        var json = new JsonObject
        {
            ["id"] = network.Id.ToString("D"),
            ["name"] = network.Name,
            ["description"] = network.Description,
            ["project_id"] = network.ProjectId.ToString("N"),
            ["tenant_id"] = network.ProjectId.ToString("N"),
            ["admin_state_up"] = true,
            ["status"] = "ACTIVE",
            ["shared"] = network.Shared,
            ["router:external"] = false,
            ["is_default"] = false,
            ["mtu"] = network.Mtu,
            ["port_security_enabled"] = true,
            ["subnets"] = new JsonArray([.. subnets.Select(id => (JsonNode)id.ToString("D"))]),
            ["availability_zones"] = new JsonArray(),
            ["availability_zone_hints"] = new JsonArray(),
            ["tags"] = new JsonArray(),
            ["revision_number"] = 1,
            ["created_at"] = Instant(network.CreatedAt),
            ["updated_at"] = Instant(network.UpdatedAt),
        };
        if (forAdmin)
        {
            json["provider:network_type"] = "vxlan";
            json["provider:physical_network"] = null;
            json["provider:segmentation_id"] = network.Vni;
        }
        return json;
    }

    public static JsonObject Subnet(Subnet subnet) => new()
    {
        ["id"] = subnet.Id.ToString("D"),
        ["name"] = subnet.Name,
        ["description"] = subnet.Description,
        ["network_id"] = subnet.NetworkId.ToString("D"),
        ["project_id"] = subnet.ProjectId.ToString("N"),
        ["tenant_id"] = subnet.ProjectId.ToString("N"),
        ["ip_version"] = 4,
        ["cidr"] = subnet.Cidr,
        ["gateway_ip"] = subnet.Gateway,
        ["allocation_pools"] = new JsonArray([.. subnet.ParsePools().Select(pool => new JsonObject
        {
            ["start"] = Ipv4Cidr.FormatAddress(pool.First),
            ["end"] = Ipv4Cidr.FormatAddress(pool.Last),
        })]),
        ["dns_nameservers"] = new JsonArray([.. subnet.ParseDnsServers().Select(address => (JsonNode)address)]),
        ["host_routes"] = new JsonArray(),
        ["enable_dhcp"] = false,
        ["ipv6_address_mode"] = null,
        ["ipv6_ra_mode"] = null,
        ["subnetpool_id"] = null,
        ["segment_id"] = null,
        ["service_types"] = new JsonArray(),
        ["tags"] = new JsonArray(),
        ["revision_number"] = 1,
        ["created_at"] = Instant(subnet.CreatedAt),
        ["updated_at"] = Instant(subnet.UpdatedAt),
    };

    /// <param name="forAdmin">Adds the node that the port is bound to.</param>
    public static JsonObject Port(Port port, bool forAdmin)
    {
        var json = new JsonObject
        {
            ["id"] = port.Id.ToString("D"),
            ["name"] = port.Name,
            ["description"] = port.Description,
            ["network_id"] = port.NetworkId.ToString("D"),
            ["project_id"] = port.ProjectId.ToString("N"),
            ["tenant_id"] = port.ProjectId.ToString("N"),
            ["mac_address"] = port.MacAddress,
            ["fixed_ips"] = new JsonArray([.. port.Leases.OrderBy(l => l.Position).Select(lease => new JsonObject
            {
                ["subnet_id"] = lease.SubnetId.ToString("D"),
                ["ip_address"] = lease.IpAddress,
            })]),
            ["admin_state_up"] = true,
            ["status"] = Status(port),
            ["device_id"] = port.ServerId?.ToString("D") ?? "",
            ["device_owner"] = port.ServerId is null ? "" : ServerDeviceOwner,
            ["binding:vnic_type"] = port.VnicType,
            ["port_security_enabled"] = true,
            ["security_groups"] = new JsonArray(),
            ["allowed_address_pairs"] = new JsonArray(),
            ["extra_dhcp_opts"] = new JsonArray(),
            ["tags"] = new JsonArray(),
            ["revision_number"] = 1,
            ["created_at"] = Instant(port.CreatedAt),
            ["updated_at"] = Instant(port.UpdatedAt),
        };
        if (forAdmin)
        {
            json["binding:host_id"] = port.NodeId?.ToString("D") ?? "";
            json["binding:profile"] = new JsonObject();
            json["binding:vif_type"] = port.NodeId is null ? "unbound" : "ovs";
            json["binding:vif_details"] = new JsonObject();
        }
        return json;
    }

    public static string Status(Port port) => port.Active ? "ACTIVE" : "DOWN";

    private static string Instant(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
