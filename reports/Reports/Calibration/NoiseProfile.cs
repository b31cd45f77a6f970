using Lab.Contracts.Runs;
using Lab.Reports.Comparison;

namespace Lab.Reports.Calibration;

/// <summary>
/// How noisy a testbed is: what sessions of one build differ by when nothing was changed. Made by <see cref="NoiseCalibration"/>,
/// kept by <see cref="NoiseProfiles"/>.
/// </summary>
public sealed record NoiseProfile : ISessionNoise
{
    public const int CurrentSchemaVersion = 1;

    public int SchemaVersion { get; init; } = CurrentSchemaVersion;

    /// <summary>Of the runs it is made from: it tells nothing about runs of another key.</summary>
    public required ComparisonKey Comparison { get; init; }

    /// <summary>The build that was measured; null where the runs do not say.</summary>
    public string? Commit { get; init; }

    public required DateTimeOffset MadeAt { get; init; }

    /// <summary>Ids of the runs, in the order of time.</summary>
    public required IReadOnlyList<string> Runs { get; init; }

    /// <summary>Ordered by metric, label and unit.</summary>
    public required IReadOnlyList<MetricNoise> Metrics { get; init; }

    public required TypicalConditions Conditions { get; init; }

    /// <returns>Null when the calibration did not measure that series, or in too few sessions.</returns>
    /// <param name="label">The series' dimensions as MetricSeries.Label has them.</param>
    public MetricNoise? Find(string metric, string unit, string label) =>
        Metrics.FirstOrDefault(noise => noise.Metric == metric && noise.Unit == unit && noise.Label == label);

    public double? Of(string metric, string unit, string label, bool normalised) =>
        Find(metric, unit, label) is not { } noise ? null : normalised ? noise.BetweenNormalised : noise.Between;

    /// <summary>This profile, and of <paramref name="earlier"/> the series that this calibration left out: one of a few scenarios leaves the noise of the others known.</summary>
    /// <exception cref="ArgumentException">The earlier profile has another comparison key.</exception>
    public NoiseProfile Over(NoiseProfile earlier)
    {
        if (earlier.Comparison.Hash != Comparison.Hash)
            throw new ArgumentException("profiles of unlike runs have nothing in common", nameof(earlier));
        var kept = earlier.Metrics.Where(noise => Find(noise.Metric, noise.Unit, noise.Label) is null);
        return this with
        {
            Metrics = [.. Metrics.Concat(kept).OrderBy(noise => noise.Metric, StringComparer.Ordinal)
                .ThenBy(noise => noise.Label, StringComparer.Ordinal).ThenBy(noise => noise.Unit, StringComparer.Ordinal)],
        };
    }

    /// <summary>In what <paramref name="run"/> was noisier than the testbed is wont to be: sentences for a report, empty when nothing.</summary>
    /// <exception cref="ArgumentException">The run has another comparison key.</exception>
    public IReadOnlyList<string> Warnings(RunRecord run) => NoiseWarnings.Of(this, run);
}
