namespace Lab.Reports.Calibration;

/// <summary>
/// Noise of one series. Coefficients of variation are robust (<see cref="RobustSpread"/>) and relative: 0.02 is 2 %.
/// </summary>
public sealed record MetricNoise
{
    public required string Metric { get; init; }
    public required string Unit { get; init; }

    /// <summary>The series' dimensions; empty without.</summary>
    public required string Label { get; init; }

    /// <summary>Sessions that measured it.</summary>
    public required int Sessions { get; init; }

    /// <summary>Between the medians of sessions; null where their typical value is zero.</summary>
    public double? Between { get; init; }

    /// <summary>Between the ratios of session median to the session's baseline median; null where there is no baseline.</summary>
    public double? BetweenNormalised { get; init; }

    /// <summary>Among the values of one session: the typical session's; null where sessions have fewer than <see cref="NoiseCalibration.LeastValues"/>.</summary>
    public double? Within { get; init; }

    /// <summary>Among the values of one session: the greatest seen.</summary>
    public double? WithinMax { get; init; }
}
