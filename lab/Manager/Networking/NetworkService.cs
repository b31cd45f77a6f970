using System.Security.Cryptography;
using Lab.Manager.Database;
using Lab.Manager.Http;
using Microsoft.EntityFrameworkCore;

namespace Lab.Manager.Networking;

/// <summary>Networks of the tenants.</summary>
internal sealed class NetworkService(IDbContextFactory<ManagerDbContext> contexts, NetworkingLock gate, TimeProvider time)
{
    /// <summary>Networks that the asker may use.</summary>
    public static IQueryable<Network> Visible(ManagerDbContext context, RequestContext asker) =>
        asker.IsAdmin
            ? context.Set<Network>()
            : context.Set<Network>().Where(n => n.ProjectId == asker.ProjectId || n.Shared);

    public async Task<IReadOnlyList<(Network Network, IReadOnlyList<Guid> Subnets)>> ListAsync(RequestContext asker, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        var networks = await Visible(context, asker).AsNoTracking().OrderBy(n => n.CreatedAt).ThenBy(n => n.Id).ToListAsync(token);
        var subnets = (await context.Set<Subnet>().OrderBy(s => s.CreatedAt).Select(s => new { s.NetworkId, s.Id }).ToListAsync(token))
            .ToLookup(s => s.NetworkId, s => s.Id);
        return networks.Select(n => (n, (IReadOnlyList<Guid>)subnets[n.Id].ToList())).ToList();
    }

    public async Task<(Network Network, IReadOnlyList<Guid> Subnets)> GetAsync(string id, RequestContext asker, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        var network = await FindAsync(context, id, asker, token);
        var subnets = await context.Set<Subnet>().Where(s => s.NetworkId == network.Id).OrderBy(s => s.CreatedAt).Select(s => s.Id).ToListAsync(token);
        return (network, subnets);
    }

    public async Task<Network> CreateAsync(JsonBody body, RequestContext asker, CancellationToken token)
    {
        RequestedAttributes.RefuseUnknown(
            body, "name", "description", "admin_state_up", "shared", "mtu", "project_id", "tenant_id", "router:external",
            "port_security_enabled", "availability_zone_hints", "is_default");
        RequestedAttributes.RefuseAdminDown(body);
        RequestedAttributes.RefuseFilled(body, "router:external", "is_default", "availability_zone_hints");
        if (body.OptionalBoolean("port_security_enabled") is false)
            throw NetworkingFaults.Invalid("port_security_enabled must be true.");
        var shared = body.OptionalBoolean("shared") ?? false;
        if (shared)
            asker.RequireAdmin();
        using var held = await gate.EnterAsync(token);
        await using var context = await contexts.CreateDbContextAsync(token);
        var now = time.GetUtcNow();
        var network = new Network
        {
            Id = Guid.NewGuid(),
            ProjectId = RequestedAttributes.Project(body, asker),
            Name = body.OptionalString("name") ?? "",
            Description = body.OptionalString("description") ?? "",
            Vni = await ChooseVniAsync(context, token),
            Mtu = (int)(body.OptionalInteger("mtu", NetworkingLimits.MtuMin, NetworkingLimits.MtuMax) ?? NetworkingLimits.MtuDefault),
            Shared = shared,
            CreatedAt = now,
            UpdatedAt = now,
        };
        context.Add(network);
        await context.SaveChangesAsync(token);
        return network;
    }

    public async Task<(Network Network, IReadOnlyList<Guid> Subnets)> UpdateAsync(
        string id, JsonBody body, RequestContext asker, CancellationToken token)
    {
        RequestedAttributes.RefuseUnknown(body, "name", "description", "admin_state_up", "shared");
        RequestedAttributes.RefuseAdminDown(body);
        await using (var context = await contexts.CreateDbContextAsync(token))
        {
            var network = await FindOwnAsync(context, id, asker, token);
            if (body.OptionalBoolean("shared") is { } shared && shared != network.Shared)
            {
                asker.RequireAdmin();
                network.Shared = shared;
            }
            network.Name = body.OptionalString("name") ?? network.Name;
            network.Description = body.OptionalString("description") ?? network.Description;
            network.UpdatedAt = time.GetUtcNow();
            await context.SaveChangesAsync(token);
        }
        return await GetAsync(id, asker, token);
    }

    /// <exception cref="ApiException">404; 409 while a port is on it.</exception>
    public async Task DeleteAsync(string id, RequestContext asker, CancellationToken token)
    {
        using var held = await gate.EnterAsync(token);
        await using var context = await contexts.CreateDbContextAsync(token);
        var network = await FindOwnAsync(context, id, asker, token);
        if (await context.Set<Port>().AnyAsync(p => p.NetworkId == network.Id, token))
            throw NetworkingFaults.NetworkInUse(network.Id);
        context.RemoveRange(await context.Set<Subnet>().Where(s => s.NetworkId == network.Id).ToListAsync(token));
        await context.SaveChangesAsync(token);
        context.Remove(network);
        await context.SaveChangesAsync(token);
    }

    public static async Task<Network> FindAsync(ManagerDbContext context, string id, RequestContext asker, CancellationToken token) =>
        (Guid.TryParse(id, out var networkId)
            ? await Visible(context, asker).SingleOrDefaultAsync(n => n.Id == networkId, token)
            : null) ?? throw NetworkingFaults.NetworkNotFound(id);

    /// <summary>Finds a network that the asker may change: a shared one of others is seen, but stays as it is.</summary>
    public static async Task<Network> FindOwnAsync(ManagerDbContext context, string id, RequestContext asker, CancellationToken token)
    {
        var network = await FindAsync(context, id, asker, token);
        return asker.MaySee(network.ProjectId) ? network : throw ApiException.Forbidden();
    }

    /// <summary>At random, so that a new network does not take over the identifier of one that was just deleted.</summary>
    private static async Task<int> ChooseVniAsync(ManagerDbContext context, CancellationToken token)
    {
        while (true)
        {
            var vni = RandomNumberGenerator.GetInt32(NetworkingLimits.VniFirst, NetworkingLimits.VniLast + 1);
            if (!await context.Set<Network>().AnyAsync(n => n.Vni == vni, token))
                return vni;
        }
    }
}
