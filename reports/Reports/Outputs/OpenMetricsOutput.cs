using System.Globalization;
using System.Text;
using Lab.Contracts.Runs;
using Lab.Reports.Metrics;
using Lab.Reports.Statistics;

namespace Lab.Reports.Outputs;

/// <summary>
/// What a run measured as OpenMetrics 1.0 text, which Prometheus and its node exporter's textfile collector read. All is
/// gauges, in base units (seconds, bytes) as Prometheus names them: a summary's quantiles may not be negative, as a change can be.
/// There are no timestamps, which the textfile collector refuses.
/// </summary>
public static class OpenMetricsOutput
{
    private const string Prefix = "lab_";

    public static string Render(RunSummary summary)
    {
        var text = new StringBuilder();
        var run = summary.Run;
        (string, string)[] common = [("suite", run.Suite), ("testbed", run.Testbed.Name)];

        Family(text, "lab_run_info", null, "Which run the other values are of.");
        Line(text, "lab_run_info", [("run", run.Id), .. common, ("machine", run.Environment.Machine), ("commit", run.SystemUnderTest.Commit ?? "")], 1);
        Family(text, "lab_run_start_time_seconds", "seconds", "When the run started, since the epoch.");
        Line(text, "lab_run_start_time_seconds", common, run.StartedAt.ToUnixTimeMilliseconds() / 1000.0);
        Family(text, "lab_scenarios", null, "Scenarios by verdict; error says nothing about the system under test.");
        foreach (var verdict in Enum.GetValues<Verdict>())
            Line(text, "lab_scenarios", [.. common, ("verdict", Verdicts.Name(verdict))], summary.Results.Count(result => result.Verdict == verdict));

        var named = summary.Metrics.Select(metric => (Family: FamilyOf(metric.Metric, metric.Unit), Metric: metric)).ToList();
        foreach (var family in named.GroupBy(entry => entry.Family.Name, StringComparer.Ordinal))
            Statistics(text, family.First().Family, [.. family.Select(entry => entry.Metric)], common);
        Ratios(text, summary.Metrics, common);
        Counts(text, summary, common);
        return text.Append("# EOF\n").ToString();
    }

    private static void Statistics(StringBuilder text, MetricFamily family, IReadOnlyList<MetricReport> metrics, (string, string)[] common)
    {
        Family(text, family.Name, family.Unit, $"{metrics[0].Metric}, measured by scenarios.");
        foreach (var metric in metrics)
        {
            Figures("subject", metric.Subject);
            if (metric.Baseline is { } baseline)
                Figures("baseline", baseline);

            void Figures(string role, Summary summary)
            {
                foreach (var (name, value) in new[] { ("median", summary.Median), ("p95", summary.P95), ("min", summary.Min), ("max", summary.Max) })
                    Line(text, family.Name, [.. common, .. Labels(metric.Dimensions), ("role", role), ("statistic", name)], value * family.Factor);
            }
        }
    }

    private static void Ratios(StringBuilder text, IReadOnlyList<MetricReport> metrics, (string, string)[] common)
    {
        Family(text, "lab_baseline_ratio", "ratio", "Median over the median of the baseline in the same run.");
        foreach (var metric in metrics)
        {
            if (metric.Ratio is { } ratio)
                Line(text, "lab_baseline_ratio", Identity(metric, common), ratio.Value);
        }
    }

    private static void Counts(StringBuilder text, RunSummary summary, (string, string)[] common)
    {
        Family(text, "lab_measured_operations", null, "Operations that the other values are made from.");
        foreach (var metric in summary.Metrics)
            Line(text, "lab_measured_operations", Identity(metric, common), metric.Subject.N);
        Family(text, "lab_failed_operations", null, "Operations that were to be measured and did not come to their end.");
        foreach (var metric in summary.Metrics)
            Line(text, "lab_failed_operations", Identity(metric, common), metric.Failures);
        foreach (var never in summary.NeverMeasured.Where(never => never.Role == SampleRole.Subject))
            Line(text, "lab_failed_operations", [.. common, ("metric", never.Metric), ("unit", never.Unit), .. Labels(never.Dimensions)], never.Failures);
    }

    private static (string, string)[] Identity(MetricReport metric, (string, string)[] common) =>
        [.. common, ("metric", metric.Metric), ("unit", metric.Unit), .. Labels(metric.Dimensions)];

    private static void Family(StringBuilder text, string name, string? unit, string help)
    {
        text.Append(CultureInfo.InvariantCulture, $"# TYPE {name} gauge\n");
        if (unit is not null)
            text.Append(CultureInfo.InvariantCulture, $"# UNIT {name} {unit}\n");
        text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n");
    }

    private static void Line(StringBuilder text, string name, IEnumerable<(string Name, string Value)> labels, double value) =>
        text.Append(name).Append('{')
            .AppendJoin(',', labels.Select(label => $"{label.Name}=\"{Escape(label.Value)}\""))
            .Append("} ").Append(value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');

    /// <summary>Name with the unit at its end (OpenMetrics, "Units and Base Units"), and what values are multiplied by.</summary>
    private sealed record MetricFamily(string Name, string? Unit, double Factor);

    private static MetricFamily FamilyOf(string metric, string unit)
    {
        var (name, factor) = unit switch
        {
            Units.Second => ("seconds", 1),
            Units.Millisecond => ("seconds", 1e-3),
            Units.Byte => ("bytes", 1),
            Units.BytePerSecond => ("bytes_per_second", 1),
            Units.BitPerSecond => ("bytes_per_second", 1 / 8.0),
            Units.OperationPerSecond => ("operations_per_second", 1),
            Units.PacketPerSecond => ("packets_per_second", 1),
            Units.Core => ("cores", 1),
            Units.Ratio => ("ratio", 1),
            _ => ((string?)null, 1.0),
        };
        // Without a unit a name could end in a suffix that OpenMetrics keeps for itself, such as _total.
        return new MetricFamily(Prefix + Sanitise(metric) + "_" + (name ?? "value"), name, factor);
    }

    private static IEnumerable<(string, string)> Labels(IReadOnlyDictionary<string, string> dimensions)
    {
        // No dimension can take the place of a label of ours, nor two dimensions one label.
        var taken = new HashSet<string>(StringComparer.Ordinal) { "suite", "testbed", "role", "statistic", "metric", "unit" };
        foreach (var (name, value) in dimensions.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            var label = Sanitise(name);
            while (!taken.Add(label))
                label = "dimension_" + label;
            yield return (label, value);
        }
    }

    // Names are [a-zA-Z_][a-zA-Z0-9_]*; two underscores at the start belong to Prometheus.
    private static string Sanitise(string name)
    {
        var text = string.Concat(name.Select(character => char.IsAsciiLetterOrDigit(character) ? character : '_')).TrimStart('_');
        return text.Length == 0 || char.IsAsciiDigit(text[0]) ? "d" + text : text;
    }

    private static string Escape(string value) =>
        value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}
