namespace Lab.Reports.Store.Databases;

/// <summary>A row of table points.</summary>
internal readonly record struct PointRow(
    long Series, long Run, long N, long Failed, double Median, double P95, double Q1, double Q3, double? Baseline)
{
    public const string Columns = "series_key, run_key, n, failed, median, p95, q1, q3, baseline";
}
