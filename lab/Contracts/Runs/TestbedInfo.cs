using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Lab.Contracts.Runs;

/// <summary>The testbed a run used.</summary>
public sealed record TestbedInfo
{
    [StringLength(RunLimits.NameLength, MinimumLength = 1)]
    public required string Name { get; init; }

    /// <summary>
    /// What must be alike for two testbeds to be compared, one entry per fact, for example
    /// {"nodes": "2", "nodes.kind": "emulated", "host.vcpus": "1", "storage.protocol": "nbd"}. The testbed's name is not part of it.
    /// </summary>
    [Description("What must be alike for two testbeds to be compared, one entry per fact.")]
    public required IReadOnlyDictionary<string, string> Shape { get; init; }
}
