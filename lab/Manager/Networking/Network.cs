using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Lab.Manager.Networking;

/// <summary>A tenant's Ethernet segment: one VXLAN network identifier between the DPUs.</summary>
internal sealed class Network
{
    public required Guid Id { get; init; }
    public required Guid ProjectId { get; init; }
    public required string Name { get; set; }
    public string Description { get; set; } = "";

    /// <summary>RFC 7348 §5; unique among all networks.</summary>
    public required int Vni { get; init; }
    public required int Mtu { get; init; }

    /// <summary>Usable by every project; only an administrator shares.</summary>
    public bool Shared { get; set; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; set; }
}

internal sealed class NetworkConfiguration : IEntityTypeConfiguration<Network>
{
    public void Configure(EntityTypeBuilder<Network> builder)
    {
        builder.ToTable("networks");
        builder.HasKey(n => n.Id);
    }
}
