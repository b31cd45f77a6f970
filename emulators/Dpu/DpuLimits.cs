namespace Lab.Emulators.Dpu;

/// <summary>What this card has room for.</summary>
public static class DpuLimits
{
    /// <summary>Hot-plugged functions of all kinds: PCI_SWITCH_EMULATION_NUM_PORT's maximum, and the root ports of an emulated host.</summary>
    public const int FunctionsMax = 16;

    /// <summary>Characters of a name that a client chooses (bdev, controller).</summary>
    public const int NameLengthMax = 255;

    public const int BdevsMax = 256;
    public const int UrlLengthMax = 4096;

    /// <summary>VIRTIO 1.2 §5.2.6: VIRTIO_BLK_T_GET_ID carries 20 bytes.</summary>
    public const int SerialBytesMax = 20;

    public const uint QueuesMax = 64;

    /// <summary>Descriptors of a virtqueue; QEMU's vhost-user-blk device has this many.</summary>
    public const uint QueueSize = 128;

    public const uint MtuMin = 68;
    public const uint MtuMax = 9216;
}
