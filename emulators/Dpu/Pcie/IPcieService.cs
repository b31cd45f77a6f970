namespace Lab.Emulators.Dpu.Pcie;

/// <summary>
/// The PCIe slots between card and host. An emulated host serves this as JSON-RPC (pcie_plug, pcie_unplug, pcie_list); ids are the
/// functions' VUIDs, and plugging the same id again answers what is there.
/// </summary>
public interface IPcieService
{
    /// <param name="socket">File name of the vhost-user-blk socket in the directory that card and host share.</param>
    /// <exception cref="DpuException">The host refused, or (<see cref="DpuException.IsInDoubt"/>) may have done it.</exception>
    Task<PcieSlot> PlugBlkAsync(string id, string socket, uint queues, CancellationToken token);

    /// <param name="tap">Name of the tap in the card's network namespace.</param>
    /// <param name="mtu">Bytes.</param>
    /// <exception cref="DpuException">As for <see cref="PlugBlkAsync"/>.</exception>
    Task<PcieSlot> PlugNetAsync(string id, string mac, string tap, uint mtu, CancellationToken token);

    /// <summary>Waits until the host let go; a function that is not there counts as gone.</summary>
    /// <returns>The mechanism, or null when there was nothing to unplug.</returns>
    /// <exception cref="DpuException"><see cref="Errno.TimedOut"/>: the host did not, and the function stays.</exception>
    Task<string?> UnplugAsync(string id, CancellationToken token);

    /// <exception cref="DpuException">The service does not answer.</exception>
    Task<IReadOnlyList<PcieSlot>> ListAsync(CancellationToken token);

    /// <summary>Ends when the connection that answered last is gone.</summary>
    Task Disconnected { get; }
}

/// <param name="Bdf">Bus, device and function as the host sees them; "00:00.0" while it is off.</param>
/// <param name="Mechanism">"cold", "acpi" or "pciehp".</param>
public sealed record PcieSlot(string Id, string Bdf, string? Mechanism)
{
    public const string NoBdf = "00:00.0";
}
