namespace Lab.Manager.Http;

/// <summary>One OpenStack service of this process: where it answers, and what the catalog says of it.</summary>
/// <param name="Type">Service type in the catalog.</param>
/// <param name="Prefix">First path segment, which also chooses the error shape.</param>
/// <param name="CatalogPath">Path of the public endpoint; <c>{project}</c> stands for the token's project id.</param>
public sealed record ApiService(string Type, string Name, string Prefix, string CatalogPath)
{
    public static readonly ApiService Identity = new("identity", "keystone", "/identity", "/identity");
    public static readonly ApiService Compute = new("compute", "nova", "/compute", "/compute/v2.1");
    public static readonly ApiService Volume = new("volumev3", "cinderv3", "/volume", "/volume/v3/{project}");
    public static readonly ApiService Network = new("network", "neutron", "/network", "/network");
    public static readonly ApiService Image = new("image", "glance", "/image", "/image");
    public static readonly ApiService BareMetal = new("baremetal", "ironic", "/baremetal", "/baremetal");

    public static IReadOnlyList<ApiService> All { get; } = [Identity, Compute, Volume, Network, Image, BareMetal];

    /// <returns>The service that <paramref name="path"/> belongs to, or null.</returns>
    public static ApiService? Of(PathString path)
    {
        foreach (var service in All)
            if (path.StartsWithSegments(service.Prefix))
                return service;
        return null;
    }
}
