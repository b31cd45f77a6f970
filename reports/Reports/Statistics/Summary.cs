using MathNet.Numerics.Statistics;

namespace Lab.Reports.Statistics;

/// <summary>What a series of values looks like. Quantiles interpolate linearly (R-7, as spreadsheets and NumPy do).</summary>
public sealed record Summary(int N, double Median, double P95, double Min, double Max, double Q1, double Q3)
{
    /// <summary>Distance between the quartiles.</summary>
    public double Iqr => Q3 - Q1;

    /// <exception cref="ArgumentException">There are no values.</exception>
    public static Summary Of(IReadOnlyCollection<double> values)
    {
        if (values.Count == 0)
            throw new ArgumentException("nothing to summarise", nameof(values));
        var sorted = values.ToArray();
        Array.Sort(sorted);
        double Quantile(double tau) => SortedArrayStatistics.QuantileCustom(sorted, tau, QuantileDefinition.R7);
        return new Summary(sorted.Length, Quantile(0.5), Quantile(0.95), sorted[0], sorted[^1], Quantile(0.25), Quantile(0.75));
    }
}
