using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Lab.Contracts.Runs;

/// <summary>One line of results.jsonl: what a scenario came to, and what shows it.</summary>
[Description("What a scenario came to.")]
public sealed record ScenarioResult
{
    [StringLength(RunLimits.NameLength, MinimumLength = 1)]
    public required string Scenario { get; init; }

    /// <summary>The scenario's own group: boot, hotplug, throughput, isolation, …</summary>
    [StringLength(RunLimits.NameLength, MinimumLength = 1)]
    public required string Suite { get; init; }

    public required Verdict Verdict { get; init; }

    /// <summary>Why it did not pass; a writer cuts it at <see cref="RunLimits.ReasonLength"/> characters.</summary>
    [StringLength(RunLimits.ReasonLength)]
    public string? Reason { get; init; }

    /// <summary>Seconds, not negative.</summary>
    [Range(0, double.MaxValue), Description("Seconds.")]
    public required double Duration { get; init; }

    /// <summary>Files that show it, relative to the run directory, with forward slashes.</summary>
    [Description("Files relative to the run directory.")]
    public IReadOnlyList<string> Evidence { get; init; } = [];

    /// <summary>True-or-false observations the verdict rests on; those with both ends make the isolation matrix.</summary>
    public IReadOnlyList<Check> Checks { get; init; } = [];
}
