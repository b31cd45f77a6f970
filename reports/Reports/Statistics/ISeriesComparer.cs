namespace Lab.Reports.Statistics;

/// <summary>How two series of one metric are set against each other: the place where statistics change without the reports.</summary>
public interface ISeriesComparer
{
    /// <returns>Null where the series have no ratio: the reference's typical value is zero.</returns>
    Ratio? Compare(IReadOnlyCollection<double> values, IReadOnlyCollection<double> reference);
}
