namespace Lab.Manager.Images;

internal static class ImageLimits
{
    /// <summary>Bytes of an upload, and of the disk that it describes.</summary>
    public const long UploadBytesMax = 64L << 30;
    public const long VirtualBytesMax = 256L << 30;

    /// <summary>Images that are converted side by side; others wait.</summary>
    public const int ConversionsMax = 2;

    /// <summary>What qemu-img may take for one image.</summary>
    public const long ConversionMemoryBytesMax = 1L << 30;
    public static readonly TimeSpan ConversionTimeMax = TimeSpan.FromMinutes(10);

    /// <summary>Bytes of an answer of <c>qemu-img info</c>, and of its complaints.</summary>
    public const int ConversionTextMax = 64 * 1024;

    /// <summary>Volumes are whole multiples of this.</summary>
    public const long VolumeGrainBytes = 1L << 20;

    public const int PropertiesMax = 128;
    public const int TagsMax = 128;
    public const int MinDiskGibMax = 1 << 20;
    public const int MinRamMibMax = 1 << 24;
    public const int PatchOperationsMax = 128;
}
