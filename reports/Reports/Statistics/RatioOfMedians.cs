namespace Lab.Reports.Statistics;

/// <summary>
/// Median over median. The spread sets the quartiles against each other the unfavourable way round (Q1 over Q3, Q3 over Q1); it
/// shows how far the middle halves of both series lie apart and is no confidence interval.
/// </summary>
public sealed class RatioOfMedians : ISeriesComparer
{
    public Ratio? Compare(IReadOnlyCollection<double> values, IReadOnlyCollection<double> reference)
    {
        if (values.Count == 0 || reference.Count == 0)
            return null;
        var (subject, other) = (Summary.Of(values), Summary.Of(reference));
        if (other.Median == 0)
            return null;
        var ratio = new Ratio(
            subject.Median / other.Median,
            other.Q3 == 0 ? subject.Median / other.Median : subject.Q1 / other.Q3,
            other.Q1 == 0 ? subject.Median / other.Median : subject.Q3 / other.Q1);
        return ratio.IsFinite ? ratio : null;
    }
}
