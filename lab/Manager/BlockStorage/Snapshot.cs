using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Lab.Manager.BlockStorage;

internal enum SnapshotStatus
{
    Creating,
    Available,
    Deleting,
    Error,
    ErrorDeleting,
}

/// <summary>A volume's state at one moment; its id is also its id on the storage target.</summary>
internal sealed class Snapshot
{
    public required Guid Id { get; init; }
    public required Guid VolumeId { get; init; }
    public required Guid ProjectId { get; init; }
    public required string Name { get; set; }
    public string? Description { get; set; }
    public required int SizeGib { get; init; }

    /// <summary>The volume was: so is a volume made from it.</summary>
    public bool Bootable { get; init; }
    public required SnapshotStatus Status { get; set; }
    public string MetadataJson { get; set; } = "{}";
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset UpdatedAt { get; set; }
}

internal sealed class SnapshotConfiguration : IEntityTypeConfiguration<Snapshot>
{
    public void Configure(EntityTypeBuilder<Snapshot> builder)
    {
        builder.ToTable("snapshots");
        builder.HasKey(s => s.Id);
    }
}
