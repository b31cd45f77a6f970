namespace Lab.Emulators.Dpu;

/// <summary>Where the firmware finds and leaves what it shares with others; paths are absolute.</summary>
internal sealed record DpudOptions
{
    public required string RpcSocket { get; init; }
    public required string VirtnetSocket { get; init; }
    public required string PcieSocket { get; init; }
    public required string VhostDirectory { get; init; }
    public required string StateDirectory { get; init; }
    public required string QemuStorageDaemon { get; init; }

    /// <summary>Serial number of the board: VUIDs begin with it.</summary>
    public required string BoardSerial { get; init; }
}
