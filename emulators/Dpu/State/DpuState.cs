using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Lab.Emulators.Dpu.State;

/// <summary>Everything the card remembers across a crash of its firmware. Immutable: each change is a new state, committed as a whole.</summary>
public sealed record DpuState
{
    public const int CurrentVersion = 1;

    public int Version { get; init; } = CurrentVersion;
    public ImmutableList<Bdev> Bdevs { get; init; } = [];
    public ImmutableList<NvmeController> NvmeControllers { get; init; } = [];
    public ImmutableList<NvmeDiscovery> NvmeDiscoveries { get; init; } = [];
    public ImmutableList<KeyringKey> Keys { get; init; } = [];
    public ImmutableList<BlkFunction> BlkFunctions { get; init; } = [];
    public ImmutableList<NetFunction> NetFunctions { get; init; } = [];
}

public enum BdevKind
{
    Nbd,
    Aio,
    Null,
    Malloc,

    /// <summary>A namespace of an NVMe-oF controller; comes and goes with it.</summary>
    Nvme,
}

/// <summary>A block device of the back end.</summary>
public sealed record Bdev
{
    public required string Name { get; init; }
    public required BdevKind Kind { get; init; }
    public required Guid Uuid { get; init; }

    /// <summary>Bytes of a logical block.</summary>
    public required uint BlockSize { get; init; }

    /// <summary>Size in <see cref="BlockSize"/> units; known once the back end opened it.</summary>
    public ulong NumBlocks { get; init; }

    /// <summary>NBD: where the volume is, nbd://host[:port]/export.</summary>
    public string? Url { get; init; }

    /// <summary>AIO: absolute path of a file or block device.</summary>
    public string? Filename { get; init; }

    /// <summary>NVMe: name of the controller.</summary>
    public string? Controller { get; init; }

    /// <summary>NVMe: namespace ID.</summary>
    public uint? Nsid { get; init; }

    public bool ReadOnly { get; init; }
    public RateLimits Limits { get; init; } = new();
}

/// <summary>QoS of a bdev; 0 is unlimited. Megabytes are MiB, as in SPDK.</summary>
public sealed record RateLimits
{
    public ulong RwIosPerSec { get; init; }
    public ulong RwMbytesPerSec { get; init; }
    public ulong RMbytesPerSec { get; init; }
    public ulong WMbytesPerSec { get; init; }

    [JsonIgnore]
    public bool AreNone => this == None;

    public static RateLimits None { get; } = new();
}

/// <summary>Where a function stands between card and host. The two in the middle are what a crash may leave behind.</summary>
public enum PlugState
{
    Unplugged,
    Plugging,
    Plugged,
    Unplugging,
}

/// <summary>A virtio-blk function, with or without its controller.</summary>
public sealed record BlkFunction
{
    /// <summary>Number of the function on the card, shared by all kinds, 0 … <see cref="DpuLimits.FunctionsMax"/>-1.</summary>
    public required int Index { get; init; }
    public required string Vuid { get; init; }
    public BlkController? Controller { get; init; }
}

public sealed record BlkController
{
    public required string Name { get; init; }
    public string? Bdev { get; init; }
    public required uint NumQueues { get; init; }

    /// <summary>Serial number for VIRTIO_BLK_T_GET_ID.</summary>
    public string? VblkId { get; init; }
    public bool ReadOnly { get; init; }
    public PlugState Plug { get; init; }

    /// <summary>How the host was told: "cold", "acpi" or "pciehp".</summary>
    public string? Mechanism { get; init; }
}

/// <summary>A virtio-net function; it exists from hotplug to unplug.</summary>
public sealed record NetFunction
{
    public required int Index { get; init; }
    public required string Vuid { get; init; }
    public required string Mac { get; init; }

    /// <summary>Bytes.</summary>
    public required uint Mtu { get; init; }
    public uint? MaxQueues { get; init; }
    public uint? MaxQueueSize { get; init; }
    public required PlugState Plug { get; init; }
    public string? Mechanism { get; init; }
}
