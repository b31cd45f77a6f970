using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Lab.Manager.Compute;

/// <summary>A size of server: the least that its node must have, and its system disk.</summary>
internal sealed class Flavor
{
    /// <summary>Any text, as nova allows.</summary>
    public required string Id { get; init; }
    public required string Name { get; init; }
    public required int Vcpus { get; init; }
    public required int RamMib { get; init; }

    /// <summary>System disk in GiB; 0 takes the image's size.</summary>
    public required int DiskGib { get; init; }
    public bool IsPublic { get; init; } = true;
}

internal sealed class FlavorConfiguration : IEntityTypeConfiguration<Flavor>
{
    public void Configure(EntityTypeBuilder<Flavor> builder)
    {
        builder.ToTable("flavors");
        builder.HasKey(f => f.Id);
    }
}
