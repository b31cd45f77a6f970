namespace Lab.Reports.Store;

/// <summary>
/// What one run measured of a series, in the series' unit. Failed operations rank behind every measured value, so a quantile that
/// falls on them is infinite: positive where lower is better, negative where higher is. Of a metric that is only observed they
/// are counted alone.
/// </summary>
/// <param name="N">Measured values, without the failed ones.</param>
/// <param name="Failed">Operations that did not come to their end.</param>
/// <param name="BaselineMedian">Median of the run's baseline of this series (<see cref="Metrics.BaselineMatch"/>); null where there is none or it is ambiguous.</param>
public sealed record SeriesPoint(
    string RunId,
    DateTimeOffset StartedAt,
    string? Commit,
    string ComparisonHash,
    string Fingerprint,
    int N,
    int Failed,
    double Median,
    double P95,
    double Q1,
    double Q3,
    double? BaselineMedian);
