using Lab.Manager.Http;

namespace Lab.Manager.Compute;

internal enum BlockDeviceSource
{
    Image,
    Volume,
    Snapshot,
    Blank,
}

/// <summary>One entry of block_device_mapping_v2, or the system disk that imageRef stands for.</summary>
/// <param name="SizeGib">Null takes what the source, or the flavor, says.</param>
/// <param name="BootIndex">0 for the system disk, −1 for a data disk.</param>
internal sealed record BlockDevice(BlockDeviceSource Source, Guid? SourceId, int? SizeGib, int BootIndex, bool DeleteOnTermination)
{
    /// <summary>Disks of one server at its making.</summary>
    public const int CountMax = 8;

    /// <summary>The system disk first.</summary>
    /// <exception cref="ApiException">400, nova's words for a mapping that makes no sense.</exception>
    public static IReadOnlyList<BlockDevice> Read(JsonBody server, Guid? imageRef)
    {
        var devices = server.Objects("block_device_mapping_v2").Select(Read).ToList();
        // --image beside further devices: the client repeats the image as a local device of boot index 0.
        if (imageRef is { } image && !devices.Exists(d => d.BootIndex == 0))
            devices.Add(new BlockDevice(BlockDeviceSource.Image, image, null, 0, DeleteOnTermination: true));
        if (devices.Count > CountMax)
            throw Invalid($"there are more than {CountMax} devices");
        if (devices.Count(d => d.BootIndex == 0) != 1)
            throw Invalid("Boot sequence for the instance and image/block device mapping combination is not valid");
        var volumes = devices.Where(d => d.Source == BlockDeviceSource.Volume).ToList();
        if (volumes.DistinctBy(d => d.SourceId).Count() != volumes.Count)
            throw Invalid("a volume is named twice");
        return devices.OrderBy(d => d.BootIndex == 0 ? 0 : 1).ToList();
    }

    private static BlockDevice Read(JsonBody body)
    {
        var source = body.String("source_type") switch
        {
            "image" => BlockDeviceSource.Image,
            "volume" => BlockDeviceSource.Volume,
            "snapshot" => BlockDeviceSource.Snapshot,
            "blank" => BlockDeviceSource.Blank,
            _ => throw body.Wrong("source_type", "image, volume, snapshot or blank"),
        };
        var destination = body.OptionalString("destination_type") ?? "volume";
        var bootIndex = body.OptionalInteger("boot_index", -1, 0) ?? -1;
        var isLocalImage = destination == "local" && source == BlockDeviceSource.Image && bootIndex == 0;
        if (destination != "volume" && !isLocalImage)
            throw body.Wrong("destination_type", "volume: a diskless server has no other");
        var id = body.OptionalId("uuid");
        if (id is null != (source == BlockDeviceSource.Blank))
            throw body.Wrong("uuid", source == BlockDeviceSource.Blank ? "left out for a blank device" : "the id of the source");
        var size = (int?)body.OptionalInteger("volume_size", 1, BlockStorage.VolumeService.SizeGibMax);
        if (source == BlockDeviceSource.Blank && size is null)
            throw body.Wrong("volume_size", "given for a blank device");
        return new BlockDevice(source, id, size, (int)bootIndex, body.OptionalBoolean("delete_on_termination") ?? isLocalImage);
    }

    private static ApiException Invalid(string why) => ApiException.BadRequest($"Block Device Mapping is Invalid: {why}.");
}
