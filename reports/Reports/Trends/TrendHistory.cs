using Lab.Contracts.Runs;

namespace Lab.Reports.Trends;

/// <summary>One metric's nights, to be judged.</summary>
public sealed record TrendHistory(string Suite, string Metric, string Unit, Better Better, string Label, bool IsRatio, IReadOnlyList<NightPoint> Points, int LeftOut = 0);
