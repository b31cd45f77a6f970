using Lab.Cli.Commands;
using Lab.Contracts.Runs;
using Lab.Reports;
using Spectre.Console;

namespace Lab.Cli;

/// <summary>Runs as tables on a terminal.</summary>
internal static class RunTables
{
    public static void Write(TextWriter output, RunSummary summary, string directory)
    {
        var console = CommonOptions.ConsoleOn(output);
        var counts = summary.Verdicts;
        console.MarkupLineInterpolated(
            $"[bold]{summary.Run.Suite}[/] [green]{counts.Pass} passed[/], [red]{counts.Fail} failed[/], [magenta]{counts.Error} errors[/], {counts.Skip} skipped");
        foreach (var result in summary.Results.Where(result => result.Verdict is Verdict.Fail or Verdict.Error))
            console.MarkupLineInterpolated($"  [red]{result.Verdict.ToString().ToLowerInvariant()}[/] {result.Scenario}: {FirstLine(result.Reason)}");
        if (summary.Metrics.Count > 0)
            console.Write(Ratios(summary));
        foreach (var file in new[] { ReportFiles.Html, ReportFiles.JUnit, ReportFiles.Markdown, ReportFiles.Json })
            output.WriteLine(Path.Combine(directory, file));
    }

    private static Table Ratios(RunSummary summary)
    {
        var table = Columns("metric", "better", "median", "baseline", "ratio", "spread", "limit");
        foreach (var metric in summary.Metrics)
        {
            table.AddRow(
                Name(metric.Metric, metric.Label),
                Direction(metric.Better),
                new Text(Quantity.Format(metric.Subject.Median, metric.Unit)),
                new Text(Quantity.Format(metric.Baseline?.Median, metric.Unit)),
                new Text(metric.Ratio is { } ratio ? Quantity.Times(ratio.Value) : "–"),
                new Text(metric.Ratio is { } spread ? Spread(spread.Low, spread.High) : "–"),
                Limit(metric.Limit, metric.WithinLimit));
        }

        return table;
    }

    private static Text Limit(double? limit, bool? within) => limit is not { } value
        ? new Text("")
        : new Text($"≤ {Quantity.Digits(value)}{(within == false ? " exceeded" : "")}", new Style(within switch
        {
            true => Color.Green,
            false => Color.Red,
            null => Color.Default,
        }));

    internal static Text Name(string metric, string label) => new(label.Length == 0 ? metric : $"{metric} {label}");

    internal static Text Direction(Better better) => new(better == Better.None ? "" : better.ToString().ToLowerInvariant());

    internal static string Spread(double low, double high) => $"{Quantity.Digits(low)} – {Quantity.Digits(high)}";

    private static string FirstLine(string? reason) => (reason ?? "no reason was given").Split('\n')[0];

    internal static Table Columns(string first, string second, params string[] numbers)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn(first).AddColumn(second);
        foreach (var number in numbers)
            table.AddColumn(new TableColumn(number).RightAligned().NoWrap());
        return table;
    }
}
