namespace Lab.Reports.Comparison;

/// <summary>How far the sessions of one build lie apart on a testbed, as calibrated there.</summary>
public interface ISessionNoise
{
    /// <summary>Relative standard deviation of a series' session medians; null where that series was not calibrated.</summary>
    /// <param name="label">The series' dimensions, as MetricSeries.Label has them.</param>
    /// <param name="normalised">Of the medians over their session's baseline median, not of the medians themselves.</param>
    double? Of(string metric, string unit, string label, bool normalised);
}
