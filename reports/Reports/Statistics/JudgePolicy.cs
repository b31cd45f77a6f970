namespace Lab.Reports.Statistics;

/// <summary>How sure a judgement must be, and what change matters.</summary>
public sealed record JudgePolicy
{
    /// <summary>Two-sided, of the whole comparison.</summary>
    public double Alpha { get; init; } = 0.01;

    /// <summary>False-discovery rate over a family of metrics.</summary>
    public double Q { get; init; } = 0.05;

    /// <summary>Confidence level of the effect's interval.</summary>
    public double Level { get; init; } = 0.95;

    /// <summary>Least relative change that matters.</summary>
    public double Floor { get; init; } = 0.05;

    /// <summary>Other floors, by metric's name.</summary>
    public IReadOnlyDictionary<string, double> FloorByMetric { get; init; } = new Dictionary<string, double>();

    /// <summary>How many looks at growing data were planned; alpha is shared among them (Bonferroni), so that looking again costs nothing.</summary>
    public int Looks { get; init; } = 1;

    /// <summary>Replicates an arm should have.</summary>
    public int RequiredReplicates { get; init; } = 20;

    /// <summary>Bootstrap and permutation resamples.</summary>
    public int Resamples { get; init; } = 2000;

    public ulong Seed { get; init; } = 1;

    /// <summary>Alpha of one look.</summary>
    public double AlphaPerLook => Alpha / Looks;

    public double FloorOf(string metric) => FloorByMetric.GetValueOrDefault(metric, Floor);
}
