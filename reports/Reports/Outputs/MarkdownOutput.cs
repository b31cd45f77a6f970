using System.Globalization;
using System.Text;
using Lab.Contracts.Runs;
using Lab.Reports.Metrics;
using Lab.Reports.Sections;

namespace Lab.Reports.Outputs;

/// <summary>summary.md: verdicts, what did not pass and why, ratios; short enough for a merge request's comment.</summary>
public static class MarkdownOutput
{
    private const int ReasonLength = 300;

    public static string Render(RunSummary summary)
    {
        var (run, counts) = (summary.Run, summary.Verdicts);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# {Escape(run.Suite)}: {counts.Pass} passed, {counts.Fail} failed, {counts.Error} errors, {counts.Skip} skipped\n\n");
        text.Append(CultureInfo.InvariantCulture, $"Run `{run.Id}` on testbed {Escape(run.Testbed.Name)}, {Escape(run.Environment.CpuModel)}, {run.Environment.Cores} cores, {Escape(run.Environment.Accel)}");
        text.Append(CultureInfo.InvariantCulture, $"; commit {run.SystemUnderTest.Commit?[..12] ?? "unknown"}{(run.SystemUnderTest.Dirty ? " with local changes" : "")}.\n");
        if (run.EndedAt is null)
            text.Append("\n**The run did not finish.**\n");
        if (summary.SamplesLeftOut > 0)
            text.Append(CultureInfo.InvariantCulture, $"\n{summary.SamplesLeftOut} samples of scenarios that ended in error are left out.\n");
        Scenarios(text, summary.Results);
        Ratios(text, [.. summary.Metrics.Where(metric => !LatencyBreakdown.IsPart(metric))]);
        foreach (var never in summary.NeverMeasured)
            text.Append(CultureInfo.InvariantCulture, $"\n**{Escape(never.Metric)} {Escape(never.Label)}: all {never.Failures} operations failed.**\n");
        foreach (var breakdown in summary.Latencies)
            Latency(text, breakdown);
        return text.ToString();
    }

    private static void Latency(StringBuilder text, LatencyBreakdown breakdown)
    {
        text.Append(CultureInfo.InvariantCulture, $"\n## Where the microseconds go: {Escape(breakdown.Workload)}\n\n| stage | median | p99 | mean | share |\n|---|---:|---:|---:|---:|\n");
        foreach (var stage in breakdown.Rows)
            text.Append(CultureInfo.InvariantCulture, $"| {Escape(stage.Title)} | {Quantity.Seconds(stage.Median?.Subject.Median)} | {Quantity.Seconds(stage.P99?.Subject.Median)} | {Quantity.Seconds(stage.Mean?.Subject.Median)} | {stage.ShareText} |\n");
        text.Append(CultureInfo.InvariantCulture, $"| **all of it** | | | **{Quantity.Seconds(breakdown.Total)}** | 100 % |\n");
    }

    private static void Scenarios(StringBuilder text, IReadOnlyList<ScenarioResult> results)
    {
        if (results.Count == 0)
            return;
        text.Append("\n## Scenarios\n\n| scenario | verdict | time | reason |\n|---|---|---:|---|\n");
        foreach (var result in results.OrderBy(result => result.Verdict is Verdict.Pass or Verdict.Skip).Take(ReportLimits.ScenarioRows))
        {
            var reason = result.Reason ?? "";
            if (reason.Length > ReasonLength)
                reason = reason[..ReasonLength] + "…";
            text.Append(CultureInfo.InvariantCulture, $"| {Escape(result.Scenario)} | {Verdicts.Name(result.Verdict)} | {Quantity.Seconds(result.Duration)} | {Escape(reason)} |\n");
        }
    }

    private static void Ratios(StringBuilder text, IReadOnlyList<MetricReport> metrics)
    {
        if (metrics.Count == 0)
            return;
        text.Append("\n## Ratio to baseline\n\n| metric | median | baseline | ratio | spread | limit |\n|---|---:|---:|---:|---:|---:|\n");
        foreach (var metric in metrics.Take(ReportLimits.MetricRows))
        {
            var ratio = metric.Ratio is { } value
                ? $"{Quantity.Times(value.Value)} | {Quantity.Digits(value.Low)}–{Quantity.Digits(value.High)}"
                : $"{Escape(metric.NoRatio ?? "")} | ";
            var limit = metric.Limit is { } allowed
                ? $"≤ {Quantity.Digits(allowed)}{(metric.WithinLimit == false ? " **exceeded**" : "")}"
                : "";
            var failures = metric.Failures > 0 ? $" (**{metric.Failures} of {metric.Failures + metric.Subject.N} failed**)" : "";
            text.Append(CultureInfo.InvariantCulture, $"| {Escape(metric.Name)}{failures} | {Quantity.Format(metric.Subject.Median, metric.Unit)} | {Quantity.Format(metric.Baseline?.Median, metric.Unit)} | {ratio} | {limit} |\n");
        }

        if (metrics.Count > ReportLimits.MetricRows)
            text.Append(CultureInfo.InvariantCulture, $"\n{metrics.Count - ReportLimits.MetricRows} further metrics are in summary.json.\n");
    }

    // Names and reasons come from guests and log lines: they must not end a cell or become markup.
    internal static string Escape(string value)
    {
        var text = new StringBuilder(value.Length);
        foreach (var character in value)
        {
            _ = character switch
            {
                '<' => text.Append("&lt;"),
                '>' => text.Append("&gt;"),
                '&' => text.Append("&amp;"),
                '|' or '\\' or '`' or '*' or '[' or ']' => text.Append('\\').Append(character),
                _ => text.Append(char.IsControl(character) ? ' ' : character),
            };
        }

        return text.ToString();
    }
}
