using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Lab.Manager.Images;

/// <summary>
/// An image: its data is a snapshot of the same id on the storage target, so that a boot clones it whatever its size.
/// </summary>
internal sealed class Image
{
    public required Guid Id { get; init; }
    public required Guid ProjectId { get; init; }
    public string? Name { get; set; }
    public ImageStatus Status { get; set; } = ImageStatus.Queued;
    public required ImageVisibility Visibility { get; set; }
    public required ImageFormat DiskFormat { get; set; }

    /// <summary>GiB that a boot volume must have at least.</summary>
    public int MinDiskGib { get; set; }
    public int MinRamMib { get; set; }
    public bool Protected { get; set; }

    /// <summary>Bytes that were uploaded; null before.</summary>
    public long? SizeBytes { get; set; }

    /// <summary>Bytes of the disk that a guest sees; null before the upload is done.</summary>
    public long? VirtualSizeBytes { get; set; }

    /// <summary>SHA-256 of what was uploaded, lower-case hexadecimal.</summary>
    public string? Sha256 { get; set; }

    /// <summary>Why the upload was refused.</summary>
    public string? Failure { get; set; }

    /// <summary>JSON object of texts: properties that the client added.</summary>
    public string Properties { get; set; } = "{}";

    /// <summary>JSON array of texts.</summary>
    public string Tags { get; set; } = "[]";
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; set; }
}

/// <summary>Glance's states, those that an image here can be in.</summary>
internal enum ImageStatus
{
    /// <summary>Known, without data.</summary>
    Queued,

    /// <summary>Data is being received or made ready.</summary>
    Saving,
    Active,

    /// <summary>The data was refused; the image can only be deleted.</summary>
    Killed,

    /// <summary>Hidden, and being removed from the storage target.</summary>
    Deleting,
}

internal enum ImageVisibility
{
    Private,
    Shared,
    Public,
}

internal enum ImageFormat
{
    Raw,
    Qcow2,
}

internal sealed class ImageConfiguration : IEntityTypeConfiguration<Image>
{
    public void Configure(EntityTypeBuilder<Image> builder)
    {
        builder.ToTable("images");
        builder.HasKey(i => i.Id);
        // A change that was decided on another state than the present one is not made.
        builder.Property(i => i.Status).IsConcurrencyToken();
    }
}
