using System.Globalization;
using System.Text;
using Lab.Contracts.Runs;
using Lab.Reports.Comparison;
using Lab.Reports.Statistics;

namespace Lab.Reports.Outputs;

/// <summary>A comparison as a pull request's comment: the verdict, what changed, and the rest folded away.</summary>
public static class ComparisonMarkdown
{
    public static string Render(RunComparison comparison)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# {Capital(Verdicts.Name(comparison.Verdict))}\n\n{Escape(comparison.Reason)}\n\n");
        text.Append(CultureInfo.InvariantCulture, $"A (reference): {Runs(comparison.A)}  \nB (candidate): {Runs(comparison.B)}\n");
        if (!comparison.Comparable)
        {
            text.Append("\n| field | A | B |\n|---|---|---|\n");
            foreach (var difference in comparison.Differences)
                text.Append(CultureInfo.InvariantCulture, $"| {Escape(difference.Field)} | {Escape(difference.A ?? "absent")} | {Escape(difference.B ?? "absent")} |\n");
            return text.ToString();
        }

        var judged = comparison.Metrics.Where(metric => metric.Better != Better.None).ToLookup(metric => metric.Judgement.Verdict is Judgement.Regressed or Judgement.Improved);
        if (judged[true].Any())
            Table(text.Append('\n'), judged[true].OrderBy(metric => metric.Judgement.Verdict));
        if (judged[false].Any())
        {
            text.Append(CultureInfo.InvariantCulture, $"\n<details><summary>{judged[false].Count()} other metrics</summary>\n\n");
            Table(text, judged[false]);
            text.Append("\n</details>\n");
        }

        foreach (var name in comparison.OnlyInA)
            text.Append(CultureInfo.InvariantCulture, $"\nOnly in A: {Escape(name)}\n");
        foreach (var name in comparison.OnlyInB)
            text.Append(CultureInfo.InvariantCulture, $"\nOnly in B: {Escape(name)}\n");
        return text.ToString();
    }

    private static void Table(StringBuilder text, IEnumerable<MetricComparison> metrics)
    {
        text.Append("| metric | verdict | A | B | B ÷ A | interval | threshold |\n|---|---|---:|---:|---:|---:|---:|\n");
        foreach (var metric in metrics)
        {
            var judgement = metric.Judgement;
            var interval = judgement is { Low: { } low, High: { } high } ? $"{Quantity.Digits(low)}–{Quantity.Digits(high)}" : "–";
            var effect = judgement.Effect is { } ratio ? Quantity.Times(ratio) : "–";
            text.Append(CultureInfo.InvariantCulture, $"| {Escape(metric.Name)} | {Verdicts.Name(judgement.Verdict)} | {Quantity.Format(metric.A?.Median, metric.Unit)} | {Quantity.Format(metric.B?.Median, metric.Unit)} | {effect} | {interval} | ± {100 * judgement.Threshold:0.#} % |\n");
        }
    }

    private static string Runs(IReadOnlyList<RunInfo> runs) =>
        $"`{runs[0].Id}`{(runs.Count > 1 ? $" and {runs.Count - 1} more" : "")}, commit {runs[0].SystemUnderTest.Commit?[..12] ?? "unknown"}";

    private static string Capital(string word) => char.ToUpperInvariant(word[0]) + word[1..];

    private static string Escape(string value) => MarkdownOutput.Escape(value);
}
