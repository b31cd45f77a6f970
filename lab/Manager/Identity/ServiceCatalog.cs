using System.Text.Json.Nodes;
using Lab.Manager.Http;

namespace Lab.Manager.Identity;

/// <summary>The catalog of a token: each service of this process with its public endpoint.</summary>
internal static class ServiceCatalog
{
    public static JsonArray Describe(string publicUrl, string region, Guid projectId) =>
    [
        Service("identity", "keystone", publicUrl + ApiPaths.Identity, region),
        Service("compute", "nova", publicUrl + ApiPaths.ComputeV21, region),
        Service("volumev3", "cinderv3", $"{publicUrl}{ApiPaths.VolumeV3}/{projectId:N}", region),
        Service("network", "neutron", publicUrl + ApiPaths.Network, region),
        Service("image", "glance", publicUrl + ApiPaths.Image, region),
        Service("baremetal", "ironic", publicUrl + ApiPaths.BareMetal, region),
    ];

    private static JsonObject Service(string type, string name, string url, string region) => new()
    {
        ["id"] = DerivedId.Of("service", type).ToString("N"),
        ["type"] = type,
        ["name"] = name,
        ["endpoints"] = new JsonArray(new JsonObject
        {
            ["id"] = DerivedId.Of("endpoint", type).ToString("N"),
            ["interface"] = "public",
            ["region"] = region,
            ["region_id"] = region,
            ["url"] = url,
        }),
    };
}
