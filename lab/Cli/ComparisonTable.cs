using System.Globalization;
using Lab.Cli.Commands;
using Lab.Contracts.Runs;
using Lab.Reports;
using Lab.Reports.Comparison;
using Lab.Reports.Statistics;
using Spectre.Console;

namespace Lab.Cli;

/// <summary>A comparison on a terminal: what regressed first, and the verdict of all last.</summary>
internal static class ComparisonTable
{
    public static void Write(TextWriter output, RunComparison comparison)
    {
        var console = CommonOptions.ConsoleOn(output);
        console.MarkupLineInterpolated($"A [bold]{Names(comparison.A)}[/]\nB [bold]{Names(comparison.B)}[/]");
        var table = RunTables.Columns("metric", "better", "A", "B", "B ÷ A", "interval", "p", "threshold", "verdict");
        foreach (var metric in comparison.Metrics.OrderBy(metric => metric.Better == Better.None).ThenBy(metric => metric.Judgement.Verdict))
        {
            var judged = metric.Judgement;
            table.AddRow(
                RunTables.Name(metric.Metric, metric.Label),
                RunTables.Direction(metric.Better),
                new Text(Quantity.Format(metric.A?.Median, metric.Unit)),
                new Text(Quantity.Format(metric.B?.Median, metric.Unit)),
                new Text((judged.Effect is { } effect ? Quantity.Times(effect) : "–") + (metric.Normalised ? " *" : "")),
                new Text(judged is { Low: { } low, High: { } high } ? RunTables.Spread(low, high) : "–"),
                new Text(judged.P is null ? "–" : JudgementText.P(judged.P)),
                new Text(string.Create(CultureInfo.InvariantCulture, $"± {100 * judged.Threshold:0.#} %")),
                Verdict(judged.Verdict));
        }

        console.Write(table);
        if (comparison.Metrics.Any(metric => metric.Normalised))
            output.WriteLine("* each value over the baseline's median of its own session");
        foreach (var name in comparison.OnlyInA)
            console.MarkupLineInterpolated($"only in A: {name}");
        foreach (var name in comparison.OnlyInB)
            console.MarkupLineInterpolated($"only in B: {name}");
        console.Write(new Text(comparison.Reason + "\n", Colour(comparison.Verdict)));
    }

    private static string Names(IReadOnlyList<RunInfo> runs) => string.Join(", ", runs.Select(run => run.Id));

    private static Text Verdict(Judgement verdict) => new(Verdicts.Name(verdict), Colour(verdict));

    private static Style Colour(Judgement verdict) => new(verdict switch
    {
        Judgement.Regressed => Color.Red,
        Judgement.Improved => Color.Green,
        Judgement.Undecided or Judgement.NotComparable => Color.Yellow,
        _ => Color.Default,
    });
}
