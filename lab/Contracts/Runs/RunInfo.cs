using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Lab.Contracts.Runs;

/// <summary>run.json: what ran, on what, when.</summary>
[Description("What ran, on what, when.")]
public sealed record RunInfo
{
    /// <summary>Raised with every change a reader of the version before would misread.</summary>
    public const int CurrentSchemaVersion = 2;

    /// <summary>Version 1 had no labels, outcomes and conditions; all of it is still read.</summary>
    public const int OldestSchemaVersion = 1;

    public required int SchemaVersion { get; init; }

    /// <summary>Name of the run's directory: &lt;utc&gt;-&lt;suite&gt;-&lt;short id&gt;.</summary>
    [RegularExpression(RunLimits.IdPattern), StringLength(RunLimits.NameLength, MinimumLength = 1)]
    public required string Id { get; init; }

    [RegularExpression(RunLimits.NamePattern), StringLength(RunLimits.NameLength, MinimumLength = 1)]
    public required string Suite { get; init; }

    /// <summary>Changed whenever the suite measures something else than before; part of the comparison key.</summary>
    [StringLength(RunLimits.NameLength, MinimumLength = 1)]
    public required string SuiteVersion { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    [Description("Absent while the run goes on, and for ever if it was killed.")]
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>What the scenarios were told (boots: 5, cycles: 20, …); part of the comparison key.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = RunLimits.Empty;

    public required TestbedInfo Testbed { get; init; }
    public required EnvironmentInfo Environment { get; init; }
    public required SystemUnderTest SystemUnderTest { get; init; }

    /// <summary>Digest by image name (probe OS, SoC).</summary>
    [Description("Digest by image name.")]
    public IReadOnlyDictionary<string, string> Images { get; init; } = RunLimits.Empty;

    /// <summary>What the run is to be found by (experiment, arm, …). Not part of the comparison key.</summary>
    [Description("What the run is to be found by; not part of the comparison key.")]
    public IReadOnlyDictionary<string, string> Labels { get; init; } = RunLimits.Empty;

    /// <summary>Set by the writer from the fields above; a reader refuses one that does not follow from them.</summary>
    public ComparisonKey? Comparison { get; init; }
}
