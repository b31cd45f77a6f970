using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Lab.Manager.Compute;

/// <summary>A volume of a server. A volume has at most one: the key of the attachment is the volume.</summary>
internal sealed class Attachment
{
    public required Guid VolumeId { get; init; }
    public required Guid ServerId { get; init; }

    /// <summary>0 for the system disk, −1 for a data disk.</summary>
    public required int BootIndex { get; init; }

    /// <summary>Order of the disks in the node's spec, and the letter of the device's name.</summary>
    public required int Slot { get; init; }
    public required bool DeleteOnTermination { get; init; }

    /// <summary>Where the node's DPU connects; null while there is no export.</summary>
    public string? Url { get; set; }

    /// <summary>In the node's spec, once the server itself is presented.</summary>
    public bool Presented { get; set; }
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>How the guest names virtio disks, if it found them in this order.</summary>
    public string Device => "/dev/vd" + (char)('a' + (Slot % 26));
}

internal sealed class AttachmentConfiguration : IEntityTypeConfiguration<Attachment>
{
    public void Configure(EntityTypeBuilder<Attachment> builder)
    {
        builder.ToTable("attachments");
        builder.HasKey(a => a.VolumeId);
        builder.Ignore(a => a.Device);
    }
}
