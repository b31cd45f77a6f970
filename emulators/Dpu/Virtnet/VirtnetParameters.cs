namespace Lab.Emulators.Dpu.Virtnet;

internal sealed record VirtnetHotplug
{
    public required string Mac { get; init; }

    /// <summary>Bytes.</summary>
    public required uint Mtu { get; init; }
    public uint? MaxQueues { get; init; }
    public uint? MaxQueueSize { get; init; }
}

internal sealed record VirtnetUnplug
{
    public string? Vuid { get; init; }
    public uint? Id { get; init; }
}

internal sealed record VirtnetList;

internal sealed record VirtnetQuery
{
    public string? Vuid { get; init; }
    public uint? Id { get; init; }
    public bool All { get; init; }
}
