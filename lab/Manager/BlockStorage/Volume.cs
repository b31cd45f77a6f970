using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Lab.Manager.BlockStorage;

/// <summary>Cinder's volume states.</summary>
internal enum VolumeStatus
{
    Creating,
    Available,
    Attaching,
    InUse,
    Detaching,
    Extending,
    Deleting,
    Error,
    ErrorDeleting,
}

/// <summary>A volume; its id is also its id on the storage target.</summary>
internal sealed class Volume
{
    public required Guid Id { get; init; }
    public required Guid ProjectId { get; init; }
    public required Guid UserId { get; init; }
    public required string Name { get; set; }
    public string? Description { get; set; }
    public required int SizeGib { get; set; }
    /// <summary>Size being extended to; null when none is.</summary>
    public int? PendingSizeGib { get; set; }
    public required VolumeStatus Status { get; set; }
    public bool Bootable { get; init; }
    public Guid? ImageId { get; init; }
    public string? ImageName { get; init; }

    /// <summary>The tenant's snapshot it was made from.</summary>
    public Guid? SnapshotId { get; init; }

    /// <summary>Snapshot on the storage target to clone; null makes an empty volume.</summary>
    public Guid? CloneOf { get; init; }
    public string MetadataJson { get; set; } = "{}";

    /// <summary>Why the status is an error.</summary>
    public string? Error { get; set; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset UpdatedAt { get; set; }

    public long SizeBytes => (long)SizeGib << 30;

    /// <summary>Name of the export through which a node has the volume: one at a time.</summary>
    public static string ExportName(Guid volumeId) => $"vol-{volumeId:D}";
}

internal sealed class VolumeConfiguration : IEntityTypeConfiguration<Volume>
{
    public void Configure(EntityTypeBuilder<Volume> builder)
    {
        builder.ToTable("volumes");
        builder.HasKey(v => v.Id);
        builder.Ignore(v => v.SizeBytes);
    }
}
