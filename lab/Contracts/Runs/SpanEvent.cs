using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Lab.Contracts.Runs;

/// <summary>One line of events.jsonl: a span, usually a phase (OperationActivities) of an operation such as one boot.</summary>
[Description("A span: a phase of an operation.")]
public sealed record SpanEvent
{
    /// <summary>Joins the phases of one operation across processes: 32 hex digits (W3C Trace Context §3.2.2.3).</summary>
    [RegularExpression("^[0-9a-f]{32}$")]
    public required string TraceId { get; init; }

    /// <summary>16 hex digits (W3C Trace Context §3.2.2.4).</summary>
    [RegularExpression("^[0-9a-f]{16}$")]
    public required string SpanId { get; init; }

    [RegularExpression("^[0-9a-f]{16}$")]
    public string? ParentSpanId { get; init; }

    /// <summary>The phase, for example "clone".</summary>
    [StringLength(RunLimits.NameLength, MinimumLength = 1)]
    public required string Name { get; init; }

    /// <summary>The operation the phase belongs to, for example <see cref="MetricNames.Operations.Boot"/>.</summary>
    [StringLength(RunLimits.NameLength, MinimumLength = 1)]
    public required string Operation { get; init; }

    /// <summary>Whether the operation was one of the system under test or of its baseline.</summary>
    public SampleRole Role { get; init; }

    public required DateTimeOffset Start { get; init; }

    /// <summary>Seconds, not negative.</summary>
    [Range(0, double.MaxValue), Description("Seconds.")]
    public required double Duration { get; init; }

    [StringLength(RunLimits.NameLength, MinimumLength = 1)]
    public string? Node { get; init; }

    public IReadOnlyDictionary<string, string> Attributes { get; init; } = RunLimits.Empty;
}
