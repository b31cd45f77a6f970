namespace Lab.Emulators.Dpu.Bdevs;

internal sealed record BdevGetBdevs
{
    public string? Name { get; init; }

    /// <summary>Milliseconds to wait for <see cref="Name"/> to appear.</summary>
    public ulong Timeout { get; init; }
}

internal sealed record BdevGetIostat
{
    public string[]? Names { get; init; }
}

internal sealed record BdevSetQosLimit
{
    public required string Name { get; init; }
    public ulong? RwIosPerSec { get; init; }
    public ulong? RwMbytesPerSec { get; init; }
    public ulong? RMbytesPerSec { get; init; }
    public ulong? WMbytesPerSec { get; init; }
}

/// <summary>Ours: SPDK has no NBD initiator. Shaped like bdev_iscsi_create.</summary>
internal sealed record BdevNbdCreate
{
    public required string Name { get; init; }

    /// <summary>nbd://host[:port]/export.</summary>
    public required string Url { get; init; }
    public Guid? Uuid { get; init; }
}

internal sealed record BdevAioCreate
{
    public required string Name { get; init; }
    public required string Filename { get; init; }
    public uint? BlockSize { get; init; }
    public bool Readonly { get; init; }
    public Guid? Uuid { get; init; }
}

internal sealed record BdevNullCreate
{
    public required string Name { get; init; }
    public required ulong NumBlocks { get; init; }
    public required uint BlockSize { get; init; }
    public Guid? Uuid { get; init; }
}

internal sealed record BdevMallocCreate
{
    public string? Name { get; init; }
    public required ulong NumBlocks { get; init; }
    public required uint BlockSize { get; init; }
    public Guid? Uuid { get; init; }
}

internal sealed record BdevDelete
{
    public required string Name { get; init; }
}
