namespace Lab.Reports.Store;

/// <summary>Which series of which runs are asked for.</summary>
public sealed record HistoryQuery : RunQuery
{
    /// <summary>Name of the metric, with * and ? as in a shell; null means every metric.</summary>
    public string? Metric { get; init; }
}
