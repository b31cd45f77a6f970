namespace Lab.Emulators.Storage.Store;

/// <summary>Limits of a store.</summary>
public static class StoreLimits
{
    /// <summary>Bytes of a chunk: the grain of allocation and of copy on write.</summary>
    public const int ChunkBytes = 1 << ChunkShift;

    public const int ChunkShift = 16;

    /// <summary>A volume's size is a multiple of this many bytes.</summary>
    public const int SectorBytes = 512;

    /// <summary>Bytes of the largest volume; ext4 ends a file at 16 TiB.</summary>
    public const long VolumeBytesMax = 8L << 40;

    public const int VolumesMax = 16384;
    public const int SnapshotsMax = 16384;
    public const int ExportsMax = 16384;

    /// <summary>Layers under one volume, its own included; a read looks through all of them.</summary>
    public const int LayersDeepMax = 128;

    /// <summary>Addresses on one export's access list.</summary>
    public const int ExportClientsMax = 64;

    /// <summary>NVMe hosts of one export.</summary>
    public const int ExportHostsMax = 64;

    /// <summary>Bytes of an NQN (NVMe base specification 2.0 §4.5).</summary>
    public const int NqnBytesMax = 223;

    /// <summary>Characters of an export's name.</summary>
    public const int ExportNameMax = 128;

    /// <summary>Bytes of a write that is done on the calling thread, since it only goes to the page cache.</summary>
    public const int InlineWriteBytesMax = 256 * 1024;
}
