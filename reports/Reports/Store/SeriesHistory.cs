using Lab.Contracts.Runs;

namespace Lab.Reports.Store;

/// <summary>One series of a suite over its runs, oldest first.</summary>
/// <param name="Label">The dimensions as "device=disk, node=bm0"; empty without dimensions.</param>
public sealed record SeriesHistory(
    string Suite,
    string Metric,
    string Unit,
    Better Better,
    string Label,
    IReadOnlyDictionary<string, string> Dimensions,
    IReadOnlyList<SeriesPoint> Points);
