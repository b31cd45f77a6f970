using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Lab.Manager.Networking;

/// <summary>An IPv4 prefix of a network. The same prefix may be on any other network.</summary>
internal sealed class Subnet
{
    public required Guid Id { get; init; }
    public required Guid NetworkId { get; init; }
    public required Guid ProjectId { get; init; }
    public required string Name { get; set; }
    public string Description { get; set; } = "";

    /// <summary>As <see cref="Ipv4Cidr.ToString"/> writes it.</summary>
    public required string Cidr { get; init; }
    public string? Gateway { get; init; }

    /// <summary><c>first-last</c>, separated by commas.</summary>
    public required string Pools { get; init; }

    /// <summary>Addresses separated by commas.</summary>
    public string DnsServers { get; set; } = "";
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; set; }

    public Ipv4Cidr ParseCidr() =>
        Ipv4Cidr.TryParse(Cidr, out var cidr) ? cidr : throw new InvalidDataException($"subnet {Id} has the CIDR '{Cidr}'");

    public IReadOnlyList<AddressRange> ParsePools() =>
        AddressRange.TryParseList(Pools, out var pools) ? pools : throw new InvalidDataException($"subnet {Id} has the pools '{Pools}'");

    public string[] ParseDnsServers() => DnsServers.Split(',', StringSplitOptions.RemoveEmptyEntries);
}

internal sealed class SubnetConfiguration : IEntityTypeConfiguration<Subnet>
{
    public void Configure(EntityTypeBuilder<Subnet> builder)
    {
        builder.ToTable("subnets");
        builder.HasKey(s => s.Id);
    }
}
