namespace Lab.Emulators.Host.Pcie;

/// <summary>A PCI function to show to the host. Equal when every parameter is.</summary>
/// <param name="Id">The caller's name for it, <see cref="PcieLimits.IsId"/>.</param>
public abstract record PcieFunction(string Id)
{
    /// <summary><c>virtio-blk</c> or <c>virtio-net</c>.</summary>
    public abstract string Type { get; }
}

/// <param name="Socket">File name of the vhost-user-blk back end's socket in the vhost directory.</param>
public sealed record VirtioBlkFunction(string Id, string Socket, int NumQueues) : PcieFunction(Id)
{
    public const string TypeName = "virtio-blk";
    public override string Type => TypeName;
}

/// <param name="Mac">Lower case, colons.</param>
/// <param name="Tap">An existing tap device in libvirtd's network namespace.</param>
/// <param name="Mtu">Bytes; told to the guest (virtio 1.2 §5.1.4, VIRTIO_NET_F_MTU).</param>
public sealed record VirtioNetFunction(string Id, string Mac, string Tap, int Mtu) : PcieFunction(Id)
{
    public const string TypeName = "virtio-net";
    public override string Type => TypeName;
}

/// <param name="Slot">0-based root port.</param>
public sealed record PlacedFunction(PcieFunction Function, int Slot)
{
    public const string AddressWhileOff = "00:00.0";

    /// <summary>What the running guest sees: one function per root port, whose secondary bus is the port's ordinal.</summary>
    public string GuestAddress => $"0000:{Slot + 1:x2}:00.0";
}
