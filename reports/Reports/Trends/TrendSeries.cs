using System.Text.Json.Serialization;
using Lab.Contracts.Runs;

namespace Lab.Reports.Trends;

/// <summary>One metric over nights, judged.</summary>
public sealed record TrendSeries
{
    public required string Suite { get; init; }
    public required string Metric { get; init; }
    public required string Unit { get; init; }
    public required Better Better { get; init; }

    /// <summary>The dimensions as text; empty without.</summary>
    public required string Label { get; init; }

    /// <summary>Values are ratios to the baseline of the same run instead of medians in <see cref="Unit"/>.</summary>
    public required bool IsRatio { get; init; }

    /// <summary>Runs without a baseline that a series of ratios leaves out.</summary>
    public int LeftOut { get; init; }

    /// <summary>In the order of nights; two of one night are of two environments.</summary>
    public required IReadOnlyList<NightPoint> Points { get; init; }

    public required IReadOnlyList<BaselineReset> Resets { get; init; }
    public required IReadOnlyList<TrendEvent> Events { get; init; }

    /// <summary>Annotations that name this metric, explaining something or not.</summary>
    public required IReadOnlyList<Annotation> Annotations { get; init; }

    /// <summary>Last night's value; null where most of its operations failed.</summary>
    public double? Latest => double.IsFinite(Points[^1].Value) ? Points[^1].Value : null;

    /// <summary>
    /// Median of the last nights over that of the first nights of the last night's environment, − 1; null with less nights than
    /// the two medians need.
    /// </summary>
    public required double? Change { get; init; }

    public bool Alarming => Events.Any(change => change.Alarming);

    [JsonIgnore]
    public string Name => Metrics.MetricSeries.NameOf(Metric, Label);

    /// <summary>Unit of the values, for <see cref="Quantity"/>.</summary>
    [JsonIgnore]
    public string ValueUnit => IsRatio ? Units.Ratio : Unit;

    public string Format(double? value) => value is not { } number ? "failed" : IsRatio ? Quantity.Times(number) : Quantity.Format(number, Unit);
}
