using Lab.Manager.Database;
using Lab.Manager.Http;
using Microsoft.EntityFrameworkCore;

namespace Lab.Manager.Networking;

/// <summary>Subnets of the tenants' networks.</summary>
internal sealed class SubnetService(IDbContextFactory<ManagerDbContext> contexts, NetworkingLock gate, TimeProvider time)
{
    public async Task<IReadOnlyList<Subnet>> ListAsync(RequestContext asker, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        return await Visible(context, asker).AsNoTracking().OrderBy(s => s.CreatedAt).ThenBy(s => s.Id).ToListAsync(token);
    }

    public async Task<Subnet> GetAsync(string id, RequestContext asker, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        return await FindAsync(context, id, asker, token);
    }

    public async Task<Subnet> CreateAsync(JsonBody body, RequestContext asker, CancellationToken token)
    {
        var plan = SubnetPlan.Read(body);
        using var held = await gate.EnterAsync(token);
        await using var context = await contexts.CreateDbContextAsync(token);
        var network = await NetworkService.FindOwnAsync(context, body.String("network_id"), asker, token);
        foreach (var other in await context.Set<Subnet>().Where(s => s.NetworkId == network.Id).ToListAsync(token))
            if (other.ParseCidr().Overlaps(plan.Cidr))
                throw NetworkingFaults.Invalid(
                    $"Requested subnet with cidr: {plan.Cidr} for network: {network.Id} overlaps with another subnet ({other.Cidr}).");
        var now = time.GetUtcNow();
        var subnet = new Subnet
        {
            Id = Guid.NewGuid(),
            NetworkId = network.Id,
            ProjectId = network.ProjectId,
            Name = body.OptionalString("name") ?? "",
            Description = body.OptionalString("description") ?? "",
            Cidr = plan.Cidr.ToString(),
            Gateway = plan.Gateway is { } gateway ? Ipv4Cidr.FormatAddress(gateway) : null,
            Pools = AddressRange.FormatList(plan.Pools),
            DnsServers = string.Join(',', SubnetPlan.ReadDnsServers(body)),
            CreatedAt = now,
            UpdatedAt = now,
        };
        context.Add(subnet);
        await context.SaveChangesAsync(token);
        return subnet;
    }

    public async Task<Subnet> UpdateAsync(string id, JsonBody body, RequestContext asker, CancellationToken token)
    {
        RequestedAttributes.RefuseUnknown(body, "name", "description", "dns_nameservers");
        await using var context = await contexts.CreateDbContextAsync(token);
        var subnet = await FindOwnAsync(context, id, asker, token);
        subnet.Name = body.OptionalString("name") ?? subnet.Name;
        subnet.Description = body.OptionalString("description") ?? subnet.Description;
        if (body.Has("dns_nameservers"))
            subnet.DnsServers = string.Join(',', SubnetPlan.ReadDnsServers(body));
        subnet.UpdatedAt = time.GetUtcNow();
        await context.SaveChangesAsync(token);
        return subnet;
    }

    /// <exception cref="ApiException">404; 409 while a port has an address of it.</exception>
    public async Task DeleteAsync(string id, RequestContext asker, CancellationToken token)
    {
        using var held = await gate.EnterAsync(token);
        await using var context = await contexts.CreateDbContextAsync(token);
        var subnet = await FindOwnAsync(context, id, asker, token);
        if (await context.Set<PortLease>().AnyAsync(l => l.SubnetId == subnet.Id, token))
            throw NetworkingFaults.SubnetInUse(subnet.Id);
        context.Remove(subnet);
        await context.SaveChangesAsync(token);
    }

    private static IQueryable<Subnet> Visible(ManagerDbContext context, RequestContext asker) =>
        asker.IsAdmin
            ? context.Set<Subnet>()
            : context.Set<Subnet>().Where(s => s.ProjectId == asker.ProjectId
                || context.Set<Network>().Any(n => n.Id == s.NetworkId && n.Shared));

    private static async Task<Subnet> FindAsync(ManagerDbContext context, string id, RequestContext asker, CancellationToken token) =>
        (Guid.TryParse(id, out var subnetId)
            ? await Visible(context, asker).SingleOrDefaultAsync(s => s.Id == subnetId, token)
            : null) ?? throw NetworkingFaults.SubnetNotFound(id);

    private static async Task<Subnet> FindOwnAsync(ManagerDbContext context, string id, RequestContext asker, CancellationToken token)
    {
        var subnet = await FindAsync(context, id, asker, token);
        return asker.MaySee(subnet.ProjectId) ? subnet : throw ApiException.Forbidden();
    }
}
