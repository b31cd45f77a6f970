using System.Text.Json.Serialization;

namespace Lab.Interop.Docker;

/// <summary>Body of ContainerCreate, as far as the lab uses it.</summary>
public sealed record CreateContainerParameters
{
    /// <summary>Null: the engine makes one up.</summary>
    [JsonIgnore]
    public string? Name { get; init; }
    public required string Image { get; init; }
    public string? Hostname { get; init; }

    /// <summary><c>NAME=value</c>.</summary>
    public IReadOnlyList<string> Env { get; init; } = [];
    public IReadOnlyList<string>? Cmd { get; init; }
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
    public HostConfig HostConfig { get; init; } = new();
}

public sealed record HostConfig
{
    public string NetworkMode { get; init; } = "none";

    /// <summary><c>/on/host:/in/container[:ro]</c>.</summary>
    public IReadOnlyList<string> Binds { get; init; } = [];
    public IReadOnlyList<string> CapAdd { get; init; } = [];
    public IReadOnlyList<string> CapDrop { get; init; } = [];
    public IReadOnlyList<DeviceMapping> Devices { get; init; } = [];

    /// <summary>Path in the container and mount options.</summary>
    public IReadOnlyDictionary<string, string> Tmpfs { get; init; } = new Dictionary<string, string>();

    /// <summary>CPU limit in billionths of a CPU; 0 is none.</summary>
    public long NanoCpus { get; init; }

    /// <summary>Memory limit in bytes; 0 is none.</summary>
    public long Memory { get; init; }
    public long PidsLimit { get; init; }
    public bool Init { get; init; }
    public IReadOnlyList<string> SecurityOpt { get; init; } = [];
}

public sealed record DeviceMapping(string PathOnHost, string PathInContainer, string CgroupPermissions);

public sealed record CreateContainerResponse([property: JsonPropertyName("Id")] string Id);

public sealed record ContainerListResponse(string Id, IReadOnlyList<string> Names, string State, IReadOnlyDictionary<string, string> Labels);

public sealed record ContainerInspectResponse(string Id, string Name, ContainerState State);

/// <param name="Pid">First process of the container as the machine sees it; 0 while it does not run.</param>
public sealed record ContainerState(string Status, bool Running, int Pid, int ExitCode);

/// <summary>One reading of ContainerStats.</summary>
public sealed record ContainerStatsResponse([property: JsonPropertyName("cpu_stats")] CpuStats CpuStats, [property: JsonPropertyName("memory_stats")] MemoryStats MemoryStats);

public sealed record CpuStats([property: JsonPropertyName("cpu_usage")] CpuUsage CpuUsage);

/// <param name="TotalUsage">CPU time used, in nanoseconds.</param>
public sealed record CpuUsage([property: JsonPropertyName("total_usage")] long TotalUsage);

/// <param name="Usage">Bytes.</param>
public sealed record MemoryStats([property: JsonPropertyName("usage")] long? Usage);
