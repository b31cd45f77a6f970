using Lab.Contracts.Link;

namespace Lab.Agent.Dpu;

/// <summary>Names on the DPU are pure functions of ids, so that nothing has to be stored.</summary>
public static class DpuNames
{
    private const string Volume = "vol-";
    private const string Block = "blk-";
    private const string Config = "cfg-";

    /// <summary>SPDK names a namespace's bdev after its controller: this is the first.</summary>
    private const string FirstNamespace = "n1";

    /// <summary>virtio 1.2 §5.2.6: a block device's serial number has at most 20 bytes.</summary>
    public const int SerialBytesMax = 20;

    /// <summary>Serial number of the config drive.</summary>
    public const string ConfigDriveSerial = "config-drive";

    /// <summary>The NVMe controller through which a volume is connected, and the key it authenticates with.</summary>
    public static string VolumeTarget(Guid volume) => $"{Volume}{volume:D}";

    public static string VolumeBdev(VolumeSpec volume) =>
        NvmeTcpUrl.TryParse(volume.Url) is null ? VolumeTarget(volume.Id) : VolumeTarget(volume.Id) + FirstNamespace;

    public static string VolumeController(Guid volume) => $"{Block}{volume:D}";
    public static string VolumeSerial(Guid volume) => volume.ToString("D")[..SerialBytesMax];

    /// <summary>The config drive's bdev and controller have the same name.</summary>
    public static string ConfigDrive(Guid instance) => $"{Config}{instance:D}";

    public static Guid? VolumeOfBdev(string name) => After(Volume, name) ?? VolumeOfNamespace(name);

    /// <summary>The volume of an NVMe namespace's bdev; null for bdevs of other kinds.</summary>
    public static Guid? VolumeOfNamespace(string name) =>
        name.EndsWith(FirstNamespace, StringComparison.Ordinal) ? After(Volume, name[..^FirstNamespace.Length]) : null;

    public static Guid? VolumeOfController(string name) => After(Block, name);
    public static Guid? InstanceOfConfigDrive(string name) => After(Config, name);

    private static Guid? After(string prefix, string name) =>
        name.StartsWith(prefix, StringComparison.Ordinal) && Guid.TryParseExact(name[prefix.Length..], "D", out var id) ? id : null;
}
