using Lab.Contracts.Runs;

namespace Lab.Reports.Metrics;

/// <summary>The samples of one metric, unit, role and set of dimensions, in the order of their time.</summary>
/// <param name="Values">What was measured; failed operations have no value and are counted by <see cref="Failures"/>.</param>
public sealed record MetricSeries(
    string Metric,
    string Unit,
    Better Better,
    SampleRole Role,
    IReadOnlyDictionary<string, string> Dimensions,
    IReadOnlyList<double> Values)
{
    /// <summary>Operations that did not come to their end.</summary>
    public int Failures { get; init; }

    /// <summary>"device=disk, node=bm0"; empty without dimensions.</summary>
    public string Label => LabelOf(Dimensions);

    public static IReadOnlyList<MetricSeries> Of(IEnumerable<Sample> samples) =>
        [.. samples
            .GroupBy(sample => (sample.Metric, sample.Unit, sample.Role, Label: LabelOf(sample.Dimensions)))
            .OrderBy(group => group.Key.Metric, StringComparer.Ordinal)
            .ThenBy(group => group.Key.Label, StringComparer.Ordinal)
            .ThenBy(group => group.Key.Unit, StringComparer.Ordinal)
            .ThenBy(group => group.Key.Role)
            .Select(group => new MetricSeries(
                group.Key.Metric,
                group.Key.Unit,
                group.First().Better,
                group.Key.Role,
                group.First().Dimensions,
                [.. group.Where(sample => sample.Outcome == SampleOutcome.Ok).OrderBy(sample => sample.T).Select(sample => sample.Value)])
            {
                Failures = group.Count(sample => sample.Outcome == SampleOutcome.Failed),
            })];

    /// <summary>Metric and dimensions, as every output names a series.</summary>
    internal static string NameOf(string metric, string label) => label.Length == 0 ? metric : $"{metric} · {label}";

    internal static string LabelOf(IReadOnlyDictionary<string, string> dimensions) =>
        string.Join(", ", dimensions.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => $"{entry.Key}={entry.Value}"));
}
