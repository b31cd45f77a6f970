using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace Lab.Contracts.Runs;

/// <summary>One line of samples.jsonl: one measured value.</summary>
/// <remarks>Samples of the same metric, unit, role and dimensions are one series.</remarks>
[Description("One measured value.")]
public sealed record Sample
{
    /// <summary>Dotted lower-case name; <see cref="MetricNames"/> has those a report knows.</summary>
    [RegularExpression(RunLimits.NamePattern), StringLength(RunLimits.NameLength, MinimumLength = 1)]
    public required string Metric { get; init; }

    /// <summary>One of <see cref="Units.All"/>.</summary>
    [StringLength(RunLimits.NameLength, MinimumLength = 1)]
    public required string Unit { get; init; }

    public required Better Better { get; init; }

    [Description("subject: measured on the system under test; baseline: on what it is compared with.")]
    public SampleRole Role { get; init; }

    /// <summary>The scenario that measured it. Samples of a scenario whose verdict is error stay out of the statistics.</summary>
    [StringLength(RunLimits.NameLength, MinimumLength = 1)]
    public string? Scenario { get; init; }

    /// <summary>What tells this series from others of the metric (workload, device, node). Part of the series' identity.</summary>
    [Description("What tells this series from others of the same metric.")]
    public IReadOnlyDictionary<string, string> Dimensions { get; init; } = RunLimits.Empty;

    /// <summary>Remarks on this one value (number of the cycle, server id). Not part of the series' identity.</summary>
    [Description("Remarks on this one value; not part of the series' identity.")]
    public IReadOnlyDictionary<string, string> Attributes { get; init; } = RunLimits.Empty;

    /// <summary>Finite; not negative where the unit is a duration. Of a failed operation, what was reached until it was given up.</summary>
    public required double Value { get; init; }

    [Description("failed: the operation did not come to its end; it ranks behind every value that was measured. Absent means ok.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public SampleOutcome Outcome { get; init; }

    /// <summary>What the machine was doing since the sample before; null where nobody looked.</summary>
    public MachineConditions? Conditions { get; init; }

    /// <summary>When it was measured.</summary>
    public required DateTimeOffset T { get; init; }
}
