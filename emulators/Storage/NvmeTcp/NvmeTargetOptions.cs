using System.Net;

namespace Lab.Emulators.Storage.NvmeTcp;

/// <summary>The NVMe/TCP front of a target.</summary>
public sealed record NvmeTargetOptions
{
    /// <summary>Where it listens: one path each. The first is optimized, others are not, until told otherwise.</summary>
    public required IReadOnlyList<IPEndPoint> Listen { get; init; }

    /// <summary>The address told by discovery and in exports instead of the first of <see cref="Listen"/>.</summary>
    public IPEndPoint? Advertise { get; init; }

    /// <summary>Bytes of a block, 512 or 4096; volumes that are no multiple of 4096 have 512.</summary>
    public int BlockBytes { get; init; } = 512;
}
