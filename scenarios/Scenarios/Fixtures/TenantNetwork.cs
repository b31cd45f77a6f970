using Lab.Harness.Cloud;

namespace Lab.Scenarios.Fixtures;

/// <summary>A tenant's network with one subnet and its ports; deleted with all of them.</summary>
public sealed class TenantNetwork : IAsyncDisposable
{
    private readonly CloudClient tenant;
    private readonly CloudNetwork network;
    private readonly List<CloudPort> ports = [];

    private TenantNetwork(CloudClient tenant, CloudNetwork network)
    {
        this.tenant = tenant;
        this.network = network;
    }

    public static async Task<TenantNetwork> CreateAsync(CloudClient tenant, string name, string cidr, CancellationToken token) =>
        new(tenant, await tenant.CreateNetworkAsync(name, cidr, token));

    /// <param name="address">Null lets the cloud choose.</param>
    public async Task<CloudPort> CreatePortAsync(string name, string? address, CancellationToken token)
    {
        var port = await tenant.CreatePortAsync(name, network, address, token);
        ports.Add(port);
        return port;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var port in ports)
            await tenant.DeleteAsync("network", $"ports/{port.Id}", CancellationToken.None);
        await tenant.DeleteAsync("network", $"networks/{network.Id}", CancellationToken.None);
    }
}
