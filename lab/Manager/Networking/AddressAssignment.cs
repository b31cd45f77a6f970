using Lab.Manager.Database;
using Lab.Manager.Http;
using Microsoft.EntityFrameworkCore;

namespace Lab.Manager.Networking;

/// <summary>An address that a port asks for: of a subnet, a certain one, or both.</summary>
internal sealed record WantedAddress(Guid? SubnetId, string? IpAddress);

/// <summary>Gives addresses of a network's subnets to a port. The caller holds <see cref="NetworkingLock"/>.</summary>
internal static class AddressAssignment
{
    /// <param name="wanted">Null takes the next free address of any subnet; empty takes none.</param>
    /// <exception cref="ApiException">400: no such subnet or address; 409: taken, or none is left.</exception>
    public static async Task<List<PortLease>> AssignAsync(
        ManagerDbContext context, Guid networkId, Guid portId, IReadOnlyList<WantedAddress>? wanted, CancellationToken token)
    {
        var subnets = await context.Set<Subnet>().Where(s => s.NetworkId == networkId).OrderBy(s => s.CreatedAt).ThenBy(s => s.Id).ToListAsync(token);
        var leases = new List<PortLease>();
        foreach (var address in wanted ?? (subnets.Count > 0 ? [new WantedAddress(null, null)] : []))
        {
            var (subnet, chosen) = address.IpAddress is { } text
                ? await TakeAsync(context, Candidates(subnets, address, networkId), text, token)
                : await ChooseAsync(context, Candidates(subnets, address, networkId), networkId, leases, token);
            if (leases.Exists(l => l.SubnetId == subnet.Id && l.IpAddress == chosen))
                throw NetworkingFaults.AddressInUse(chosen, subnet.Id);
            leases.Add(new PortLease { SubnetId = subnet.Id, IpAddress = chosen, PortId = portId, Position = leases.Count });
        }
        return leases;
    }

    private static List<Subnet> Candidates(List<Subnet> subnets, WantedAddress wanted, Guid networkId)
    {
        var candidates = subnets.FindAll(s => wanted.SubnetId is null || s.Id == wanted.SubnetId);
        return candidates.Count > 0
            ? candidates
            : throw NetworkingFaults.Invalid($"network {networkId} has no subnet {wanted.SubnetId}.");
    }

    private static async Task<(Subnet Subnet, string Address)> TakeAsync(
        ManagerDbContext context, List<Subnet> subnets, string text, CancellationToken token)
    {
        if (!Ipv4Cidr.TryParseAddress(text, out var address))
            throw NetworkingFaults.Invalid($"'{text}' is not a valid IPv4 address.");
        var subnet = subnets.Find(s => s.ParseCidr().IsHost(address))
            ?? throw ApiException.BadRequest($"IP address {text} is not a valid IP for the specified subnet.", "InvalidIpForSubnet");
        if (await context.Set<PortLease>().AnyAsync(l => l.SubnetId == subnet.Id && l.IpAddress == text, token))
            throw NetworkingFaults.AddressInUse(text, subnet.Id);
        return (subnet, text);
    }

    private static async Task<(Subnet Subnet, string Address)> ChooseAsync(
        ManagerDbContext context, List<Subnet> subnets, Guid networkId, List<PortLease> own, CancellationToken token)
    {
        foreach (var subnet in subnets)
        {
            var leased = await context.Set<PortLease>().Where(l => l.SubnetId == subnet.Id).Select(l => l.IpAddress).ToListAsync(token);
            var taken = leased.Concat(own.Where(l => l.SubnetId == subnet.Id).Select(l => l.IpAddress))
                .Select(text => Ipv4Cidr.TryParseAddress(text, out var address) ? address : throw new InvalidDataException($"lease '{text}'"))
                .ToHashSet();
            if (AddressAllocator.Choose(subnet.ParsePools(), taken) is { } free)
                return (subnet, Ipv4Cidr.FormatAddress(free));
        }
        throw NetworkingFaults.NoAddressLeft(networkId);
    }
}
