using Lab.Contracts.Runs;

namespace Lab.Reports.Statistics;

/// <summary>One metric in two arms, to be judged.</summary>
/// <param name="Metric">The metric's dotted name: series of one metric are a family.</param>
/// <param name="Series">The metric's name with the series' dimensions.</param>
/// <param name="Noise">Calibrated relative standard deviation of session medians; null where not calibrated.</param>
public sealed record SeriesPair(string Metric, string Series, Better Better, Arm A, Arm B, double? Noise = null);
