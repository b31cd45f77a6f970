namespace Lab.Emulators.Dpu;

/// <summary>What this card has room for.</summary>
public static class DpuLimits
{
    /// <summary>Hot-plugged functions of all kinds: PCI_SWITCH_EMULATION_NUM_PORT's maximum, and the root ports of an emulated host.</summary>
    public const int FunctionsMax = 16;

    /// <summary>Characters of a name that a client chooses (bdev, controller).</summary>
    public const int NameLengthMax = 255;

    public const int BdevsMax = 256;

    /// <summary>Attached NVMe-oF controllers.</summary>
    public const int NvmeControllersMax = 256;

    /// <summary>Paths of one controller.</summary>
    public const int NvmePathsMax = 8;

    /// <summary>Threads of the data path.</summary>
    public const int ReactorsMax = 4;

    public const int KeysMax = 1024;

    /// <summary>NVMe base specification 2.0 §4.5: bytes of an NVMe Qualified Name.</summary>
    public const int NqnBytesMax = 223;
    public const int UrlLengthMax = 4096;

    /// <summary>VIRTIO 1.2 §5.2.6: VIRTIO_BLK_T_GET_ID carries 20 bytes.</summary>
    public const int SerialBytesMax = 20;

    public const uint QueuesMax = 64;

    /// <summary>Descriptors of a virtqueue; QEMU's vhost-user-blk device has this many.</summary>
    public const uint QueueSize = 128;

    public const uint MtuMin = 68;
    public const uint MtuMax = 9216;
}
