namespace Lab.Emulators.Dpu.VirtioBlk;

internal sealed record VirtioBlkFunctionCreate;

internal sealed record VirtioBlkFunctionDestroy
{
    public required string Vuid { get; init; }
}

internal sealed record VirtioBlkControllerCreate
{
    public string? Ctrl { get; init; }

    // One of these three names the function.
    public string? Vuid { get; init; }
    public uint? VhcaId { get; init; }
    public uint? PfId { get; init; }

    public string? Bdev { get; init; }

    /// <summary>Serial number, 20 bytes at most.</summary>
    public string? VblkId { get; init; }
    public uint? NumQueues { get; init; }
    public uint? QueueSize { get; init; }
    public bool ReadOnly { get; init; }
}

internal sealed record VirtioBlkControllerDestroy
{
    public required string Ctrl { get; init; }
}

internal sealed record VirtioBlkControllerList
{
    public string? Ctrl { get; init; }
}

internal sealed record VirtioBlkControllerPlug
{
    public required string Ctrl { get; init; }
    public bool WaitForDone { get; init; }
}

internal sealed record VirtioBlkControllerBdevAttach
{
    public required string Ctrl { get; init; }
    public required string Bdev { get; init; }
    public string? VblkId { get; init; }
}

internal sealed record VirtioBlkControllerBdevDetach
{
    public required string Ctrl { get; init; }
}

internal sealed record EmulationFunctionList
{
    public bool All { get; init; }
}
