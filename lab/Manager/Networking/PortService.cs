using Lab.Manager.Database;
using Lab.Manager.Http;
using Microsoft.EntityFrameworkCore;

namespace Lab.Manager.Networking;

/// <summary>Ports as the Networking API changes them; what compute does with them is <see cref="ServerPorts"/>.</summary>
internal sealed class PortService(IDbContextFactory<ManagerDbContext> contexts, NetworkingLock gate, TimeProvider time)
{
    private static readonly string[] VnicTypes = ["normal", "baremetal"];

    public static IQueryable<Port> Visible(ManagerDbContext context, RequestContext asker) =>
        asker.IsAdmin ? context.Set<Port>() : context.Set<Port>().Where(p => p.ProjectId == asker.ProjectId);

    public async Task<IReadOnlyList<Port>> ListAsync(RequestContext asker, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        return await Visible(context, asker).AsNoTracking().OrderBy(p => p.CreatedAt).ThenBy(p => p.Id).ToListAsync(token);
    }

    public async Task<Port> GetAsync(string id, RequestContext asker, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        return await FindAsync(context, id, asker, token);
    }

    public async Task<Port> CreateAsync(JsonBody body, RequestContext asker, CancellationToken token)
    {
        RequestedAttributes.RefuseUnknown(
            body, "name", "description", "network_id", "admin_state_up", "mac_address", "fixed_ips", "project_id", "tenant_id",
            "binding:vnic_type", "binding:profile", "security_groups", "allowed_address_pairs", "port_security_enabled", "extra_dhcp_opts",
            "device_id", "device_owner", "tags");
        RequestedAttributes.RefuseAdminDown(body);
        // Ports bind where their server is; nobody says it of a port alone.
        RequestedAttributes.RefuseFilled(
            body, "binding:profile", "security_groups", "allowed_address_pairs", "extra_dhcp_opts", "device_id", "device_owner", "tags");
        if (body.OptionalBoolean("port_security_enabled") is false)
            throw NetworkingFaults.Invalid("port_security_enabled must be true: spoofed addresses are always refused.");
        var vnicType = body.OptionalString("binding:vnic_type") ?? VnicTypes[0];
        if (!VnicTypes.Contains(vnicType))
            throw NetworkingFaults.Invalid($"binding:vnic_type must be one of {string.Join(", ", VnicTypes)}.");
        using var held = await gate.EnterAsync(token);
        await using var context = await contexts.CreateDbContextAsync(token);
        var network = await NetworkService.FindAsync(context, body.String("network_id"), asker, token);
        return await AddAsync(context, NewPort(body, network), body.OptionalString("mac_address"), ReadFixedIps(body), token);

        Func<string, Port> NewPort(JsonBody from, Network on) => mac => new Port
        {
            Id = Guid.NewGuid(),
            NetworkId = on.Id,
            ProjectId = RequestedAttributes.Project(from, asker),
            Name = from.OptionalString("name") ?? "",
            Description = from.OptionalString("description") ?? "",
            MacAddress = mac,
            VnicType = vnicType,
            CreatedAt = time.GetUtcNow(),
            UpdatedAt = time.GetUtcNow(),
        };
    }

    public async Task<Port> UpdateAsync(string id, JsonBody body, RequestContext asker, CancellationToken token)
    {
        RequestedAttributes.RefuseUnknown(body, "name", "description", "admin_state_up");
        RequestedAttributes.RefuseAdminDown(body);
        await using var context = await contexts.CreateDbContextAsync(token);
        var port = await FindAsync(context, id, asker, token);
        port.Name = body.OptionalString("name") ?? port.Name;
        port.Description = body.OptionalString("description") ?? port.Description;
        port.UpdatedAt = time.GetUtcNow();
        await context.SaveChangesAsync(token);
        return port;
    }

    /// <exception cref="ApiException">404; 409 while a server has it.</exception>
    public async Task DeleteAsync(string id, RequestContext asker, CancellationToken token)
    {
        using var held = await gate.EnterAsync(token);
        await using var context = await contexts.CreateDbContextAsync(token);
        var port = await FindAsync(context, id, asker, token);
        if (port.ServerId is { } serverId)
            throw NetworkingFaults.PortInUse(port.Id, serverId);
        context.Remove(port);
        await context.SaveChangesAsync(token);
    }

    /// <summary>Gives a port its MAC and its addresses and stores it. The caller holds the lock.</summary>
    /// <param name="create">Makes the port from its MAC address.</param>
    /// <param name="macAddress">Null takes a new one.</param>
    public static async Task<Port> AddAsync(
        ManagerDbContext context, Func<string, Port> create, string? macAddress, IReadOnlyList<WantedAddress>? addresses, CancellationToken token)
    {
        var port = create(macAddress is null ? "" : NormalizeMac(macAddress));
        if (macAddress is null)
            port = create(await NewMacAsync(context, port.NetworkId, token));
        else if (await IsMacUsedAsync(context, port.NetworkId, port.MacAddress, token))
            throw NetworkingFaults.MacInUse(port.MacAddress, port.NetworkId);
        port.Leases.AddRange(await AddressAssignment.AssignAsync(context, port.NetworkId, port.Id, addresses, token));
        context.Add(port);
        await context.SaveChangesAsync(token);
        return port;
    }

    private static string NormalizeMac(string text) =>
        MacAddress.TryNormalize(text, out var mac) ? mac : throw NetworkingFaults.Invalid($"'{text}' is not a valid unicast MAC address.");

    private static async Task<string> NewMacAsync(ManagerDbContext context, Guid networkId, CancellationToken token)
    {
        for (var attempt = 0; attempt < NetworkingLimits.MacTriesMax; attempt++)
        {
            var mac = MacAddress.Create();
            // New ones are unique everywhere, which makes captures easier to read; asked-for ones must be so on their network only.
            if (!await context.Set<Port>().AnyAsync(p => p.MacAddress == mac, token))
                return mac;
        }
        throw new ApiException(503, $"Unable to generate unique mac on network {networkId}.", "MacAddressGenerationFailure");
    }

    private static Task<bool> IsMacUsedAsync(ManagerDbContext context, Guid networkId, string mac, CancellationToken token) =>
        context.Set<Port>().AnyAsync(p => p.NetworkId == networkId && p.MacAddress == mac, token);

    private static List<WantedAddress>? ReadFixedIps(JsonBody body)
    {
        if (!body.Has("fixed_ips"))
            return null;
        var asked = body.Objects("fixed_ips");
        if (asked.Count > NetworkingLimits.FixedAddressesMax)
            throw NetworkingFaults.Invalid($"a port has at most {NetworkingLimits.FixedAddressesMax} addresses.");
        return asked.Select(item =>
        {
            RequestedAttributes.RefuseUnknown(item, "subnet_id", "ip_address");
            return new WantedAddress(item.OptionalId("subnet_id"), item.OptionalString("ip_address"));
        }).ToList();
    }

    private static async Task<Port> FindAsync(ManagerDbContext context, string id, RequestContext asker, CancellationToken token) =>
        (Guid.TryParse(id, out var portId)
            ? await Visible(context, asker).SingleOrDefaultAsync(p => p.Id == portId, token)
            : null) ?? throw NetworkingFaults.PortNotFound(id);
}
