using Lab.Harness.Cloud;

namespace Lab.Scenarios.Fixtures;

/// <summary>Two machines behind different DPUs, each with a NIC in a network of its tenant.</summary>
public sealed class MachinePair : IAsyncDisposable
{
    private readonly List<TenantNetwork> networks = [];

    private MachinePair()
    {
    }

    public Machine A { get; private set; } = null!;
    public Machine B { get; private set; } = null!;
    public CloudPort PortOfA { get; private set; } = null!;
    public CloudPort PortOfB { get; private set; } = null!;

    /// <summary>Both in one network of one tenant: what is sent may arrive.</summary>
    public static Task<MachinePair> OfOneTenantAsync(LabFixture lab, string name, string cidr, string addressA, string addressB, CancellationToken token) =>
        BootAsync(lab, lab.Testbed.Red, lab.Testbed.Red, name, cidr, addressA, addressB, token);

    /// <summary>Two tenants whose networks have the same subnet: nothing may ever arrive.</summary>
    public static Task<MachinePair> OfTwoTenantsAsync(LabFixture lab, string name, string cidr, string addressA, string addressB, CancellationToken token) =>
        BootAsync(lab, lab.Testbed.Red, lab.Testbed.Blue, name, cidr, addressA, addressB, token);

    /// <summary>May be called early, to free the nodes for what comes next.</summary>
    public async ValueTask DisposeAsync()
    {
        var (a, b) = (A, B);
        A = B = null!;
        if (a is not null)
            await a.DisposeAsync();
        if (b is not null)
            await b.DisposeAsync();
        foreach (var network in networks)
            await network.DisposeAsync();
        networks.Clear();
    }

    private static async Task<MachinePair> BootAsync(
        LabFixture lab, CloudClient tenantA, CloudClient tenantB, string name, string cidr, string addressA, string addressB, CancellationToken token)
    {
        var pair = new MachinePair();
        try
        {
            var networkA = await pair.NetworkAsync(tenantA, name, cidr, token);
            var networkB = tenantA == tenantB ? networkA : await pair.NetworkAsync(tenantB, name, cidr, token);
            pair.PortOfA = await networkA.CreatePortAsync("a", addressA, token);
            pair.PortOfB = await networkB.CreatePortAsync("b", addressB, token);
            (pair.A, pair.B) = await SideBySide.BothAsync(
                Machine.BootAsync(lab, tenantA, name + "-a", [pair.PortOfA], token),
                Machine.BootAsync(lab, tenantB, name + "-b", [pair.PortOfB], token));
            return pair;
        }
        catch
        {
            await pair.DisposeAsync();
            throw;
        }
    }

    private async Task<TenantNetwork> NetworkAsync(CloudClient tenant, string name, string cidr, CancellationToken token)
    {
        var network = await TenantNetwork.CreateAsync(tenant, name, cidr, token);
        networks.Add(network);
        return network;
    }
}
