using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lab.Contracts.Link;

namespace Lab.Agent.ConfigDrive;

/// <summary>
/// Files of a config drive as OpenStack lays it out (nova "config drive", network_data.json schema), a pure function of the spec:
/// the same instance and ports give the same bytes and the same <see cref="Hash"/>.
/// </summary>
public sealed class ConfigDriveContent
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private ConfigDriveContent(IReadOnlyDictionary<string, byte[]> files)
    {
        Files = files;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, bytes) in files.OrderBy(f => f.Key, StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{name}\n{bytes.Length}\n")));
            hash.AppendData(bytes);
        }
        Hash = Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }

    /// <summary>Path on the drive → bytes.</summary>
    public IReadOnlyDictionary<string, byte[]> Files { get; }

    /// <summary>16 hexadecimal digits.</summary>
    public string Hash { get; }

    public static ConfigDriveContent Of(InstanceMetadata instance, IReadOnlyList<PortSpec> ports)
    {
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal)
        {
            ["openstack/latest/meta_data.json"] = Bytes(MetaData(instance)),
            ["openstack/latest/network_data.json"] = Bytes(NetworkData(ports)),
        };
        if (instance.UserData is { Length: > 0 } userData)
            files["openstack/latest/user_data"] = Convert.FromBase64String(userData);
        return new ConfigDriveContent(files);
    }

    private static JsonObject MetaData(InstanceMetadata instance)
    {
        var keys = instance.PublicKeys.OrderBy(k => k.Key, StringComparer.Ordinal).ToList();
        return new JsonObject
        {
            ["uuid"] = instance.Id.ToString("D"),
            ["name"] = instance.Name,
            ["hostname"] = instance.Name,
            ["project_id"] = instance.ProjectId.ToString("N"),
            ["launch_index"] = 0,
            ["availability_zone"] = "nova",
            ["meta"] = Map(instance.Metadata),
            ["public_keys"] = Map(instance.PublicKeys),
            ["keys"] = new JsonArray([.. keys.Select(k => (JsonNode)new JsonObject { ["name"] = k.Key, ["type"] = "ssh", ["data"] = k.Value })]),
        };
    }

    private static JsonObject NetworkData(IReadOnlyList<PortSpec> ports)
    {
        var links = new JsonArray();
        var networks = new JsonArray();
        var services = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var port in ports)
        {
            var link = "tap" + port.Id.ToString("D")[..11];
            links.Add(new JsonObject
            {
                ["id"] = link,
                ["vif_id"] = port.Id.ToString("D"),
                ["type"] = "phy",
                ["ethernet_mac_address"] = port.MacAddress,
                ["mtu"] = port.Mtu,
            });
            foreach (var address in port.Addresses)
            {
                networks.Add(Network(string.Create(CultureInfo.InvariantCulture, $"network{networks.Count}"), link, port, address));
                services.UnionWith(address.DnsServers ?? []);
            }
        }
        return new JsonObject
        {
            ["links"] = links,
            ["networks"] = networks,
            ["services"] = new JsonArray([.. services.Select(s => (JsonNode)new JsonObject { ["type"] = "dns", ["address"] = s })]),
        };
    }

    private static JsonObject Network(string id, string link, PortSpec port, FixedAddress address)
    {
        var isIpv6 = IPAddress.Parse(address.IpAddress).AddressFamily == AddressFamily.InterNetworkV6;
        var prefix = IPNetwork.Parse(address.Cidr).PrefixLength;
        var routes = new JsonArray();
        if (address.Gateway is { } gateway)
            routes.Add(new JsonObject
            {
                ["network"] = isIpv6 ? "::" : "0.0.0.0",
                ["netmask"] = isIpv6 ? "::" : "0.0.0.0",
                ["gateway"] = gateway,
            });
        return new JsonObject
        {
            ["id"] = id,
            ["link"] = link,
            ["network_id"] = port.NetworkId.ToString("D"),
            ["type"] = isIpv6 ? "ipv6" : "ipv4",
            ["ip_address"] = address.IpAddress,
            ["netmask"] = Netmask(prefix, isIpv6 ? 16 : 4),
            ["routes"] = routes,
        };
    }

    private static string Netmask(int prefix, int bytes)
    {
        var mask = new byte[bytes];
        for (var bit = 0; bit < prefix; bit++)
            mask[bit / 8] |= (byte)(0x80 >> (bit % 8));
        return new IPAddress(mask).ToString();
    }

    private static JsonObject Map(IReadOnlyDictionary<string, string> map) =>
        new([.. map.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => KeyValuePair.Create(p.Key, (JsonNode?)p.Value))]);

    private static byte[] Bytes(JsonObject json) => Encoding.UTF8.GetBytes(json.ToJsonString(Indented) + "\n");
}
