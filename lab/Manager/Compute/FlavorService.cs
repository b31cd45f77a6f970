using Lab.Manager.Configuration;
using Lab.Manager.Database;
using Lab.Manager.Http;
using Microsoft.EntityFrameworkCore;

namespace Lab.Manager.Compute;

internal sealed class FlavorService(IDbContextFactory<ManagerDbContext> contexts, BootstrapFile bootstrap)
{
    private const int VcpusMax = 1024;
    private const int RamMibMax = 16 * 1024 * 1024;
    private const int DiskGibMax = BlockStorage.VolumeService.SizeGibMax;

    /// <summary>Makes the bootstrap file's flavors that are missing.</summary>
    public async Task SeedAsync(CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        var known = await context.Set<Flavor>().Select(f => f.Name).ToListAsync(token);
        foreach (var flavor in bootstrap.Flavors.Where(f => !known.Contains(f.Name)))
            context.Add(new Flavor { Id = flavor.Id, Name = flavor.Name, Vcpus = flavor.Vcpus, RamMib = flavor.RamMib, DiskGib = flavor.DiskGib });
        await context.SaveChangesAsync(token);
    }

    public async Task<IReadOnlyList<Flavor>> ListAsync(RequestContext asker, bool? isPublic, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        var wanted = asker.IsAdmin ? isPublic : true;
        return await context.Set<Flavor>().AsNoTracking().Where(f => wanted == null || f.IsPublic == wanted).OrderBy(f => f.Id).ToListAsync(token);
    }

    public async Task<Flavor?> FindAsync(string id, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        return await context.Set<Flavor>().AsNoTracking().SingleOrDefaultAsync(f => f.Id == id, token);
    }

    public async Task<Flavor> GetAsync(string id, CancellationToken token) =>
        await FindAsync(id, token) ?? throw ApiException.NotFound("Flavor", id);

    public async Task<Flavor> CreateAsync(JsonBody body, RequestContext asker, CancellationToken token)
    {
        asker.RequireAdmin();
        var id = body.OptionalString("id") is { Length: > 0 } asked && asked != "auto" ? asked : Guid.NewGuid().ToString();
        var flavor = new Flavor
        {
            Id = id,
            Name = body.String("name"),
            Vcpus = (int)body.Integer("vcpus", 1, VcpusMax),
            RamMib = (int)body.Integer("ram", 1, RamMibMax),
            DiskGib = (int)body.Integer("disk", 0, DiskGibMax),
            IsPublic = body.OptionalBoolean("os-flavor-access:is_public") ?? true,
        };
        await using var context = await contexts.CreateDbContextAsync(token);
        if (await context.Set<Flavor>().AnyAsync(f => f.Id == flavor.Id || f.Name == flavor.Name, token))
            throw ApiException.Conflict($"Flavor with ID {flavor.Id} or name {flavor.Name} already exists.");
        context.Add(flavor);
        await context.SaveChangesAsync(token);
        return flavor;
    }

    public async Task DeleteAsync(string id, RequestContext asker, CancellationToken token)
    {
        asker.RequireAdmin();
        await using var context = await contexts.CreateDbContextAsync(token);
        if (await context.Set<Flavor>().Where(f => f.Id == id).ExecuteDeleteAsync(token) == 0)
            throw ApiException.NotFound("Flavor", id);
    }
}
