using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Lab.Manager.Networking;

/// <summary>A NIC's place on a network.</summary>
internal sealed class Port
{
    public required Guid Id { get; init; }
    public required Guid NetworkId { get; init; }
    public required Guid ProjectId { get; init; }
    public required string Name { get; set; }
    public string Description { get; set; } = "";

    /// <summary>Lower case, colons; unique on its network.</summary>
    public required string MacAddress { get; init; }
    public required string VnicType { get; init; }

    /// <summary>The server that has the port; null while free.</summary>
    public Guid? ServerId { get; set; }

    /// <summary>True when it was made for its server and goes with it.</summary>
    public bool OwnedByServer { get; init; }

    /// <summary>The node whose DPU has the port (binding:host_id).</summary>
    public Guid? NodeId { get; set; }

    /// <summary>The agent presents it: status ACTIVE, else DOWN.</summary>
    public bool Active { get; set; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; set; }
    public List<PortLease> Leases { get; init; } = [];
}

/// <summary>An address of a subnet that a port holds.</summary>
internal sealed class PortLease
{
    public required Guid SubnetId { get; init; }
    public required string IpAddress { get; init; }
    public required Guid PortId { get; init; }

    /// <summary>Order among the port's addresses.</summary>
    public required int Position { get; init; }
}

internal sealed class PortConfiguration : IEntityTypeConfiguration<Port>, IEntityTypeConfiguration<PortLease>
{
    public void Configure(EntityTypeBuilder<Port> builder)
    {
        builder.ToTable("ports");
        builder.HasKey(p => p.Id);
        builder.HasMany(p => p.Leases).WithOne().HasForeignKey(l => l.PortId).OnDelete(DeleteBehavior.Cascade);
        builder.Navigation(p => p.Leases).AutoInclude();
    }

    public void Configure(EntityTypeBuilder<PortLease> builder)
    {
        builder.ToTable("port_leases");
        builder.HasKey(l => new { l.SubnetId, l.IpAddress });
    }
}
