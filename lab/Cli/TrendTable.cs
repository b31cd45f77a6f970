using Lab.Cli.Commands;
using Lab.Reports.Trends;
using Spectre.Console;

namespace Lab.Cli;

/// <summary>Trends on a terminal: a line per metric, then what regressed and its commits.</summary>
internal static class TrendTable
{
    private const int CourseWidth = 30;

    public static void Write(TextWriter output, TrendReport report)
    {
        var console = CommonOptions.ConsoleOn(output);
        var table = RunTables.Columns("metric", "better", "latest", "change");
        table.AddColumns("course", "last change point", "state");
        foreach (var series in report.Series)
        {
            table.AddRow(
                RunTables.Name(series.Metric, series.Label),
                RunTables.Direction(series.Better),
                new Text(series.Format(series.Latest)),
                new Text(series.Change is { } change ? TrendText.Percent(change) : "–"),
                new Text(Sparkline.Of([.. series.Points.Select(point => point.Value)], CourseWidth)),
                new Text(series.Events.LastOrDefault(each => each.Kind == TrendEventKind.ChangePoint) is { } step
                    ? $"{TrendText.Night(step.Night)} {TrendText.Effect(step)}"
                    : "–"),
                State(series));
        }

        console.Write(table);
        foreach (var reset in report.Series.SelectMany(series => series.Resets).GroupBy(reset => (reset.Night, Changes: string.Join("; ", reset.Changes))))
            console.MarkupLineInterpolated($"new baseline on {TrendText.Night(reset.Key.Night)} for {reset.Count()} metrics: {(reset.Key.Changes.Length == 0 ? "the environment changed" : reset.Key.Changes)}");
        foreach (var series in report.Series.Where(series => series.Alarming))
            foreach (var change in series.Events.Where(change => change.Alarming))
                console.MarkupLineInterpolated($"[red]regressed[/] {series.Name}: {TrendText.Effect(change)} since {TrendText.Night(change.Night)} ({series.Format(change.Before)} → {series.Format(change.After)}), {TrendText.Kind(change.Kind)}, {TrendText.Commits(change)}");
        if (!report.Alarming)
            console.MarkupLineInterpolated($"no regression of the last {report.Policy.RecentDays} days stands unexplained");
    }

    private static Text State(TrendSeries series)
    {
        if (series.Alarming)
            return new Text("regressed", new Style(Color.Red));
        return series.Events.LastOrDefault(change => change.Recent) switch
        {
            null => new Text("steady"),
            { State: TrendState.Stands } change => new Text(TrendText.Direction(change.Direction), new Style(change.Direction == TrendDirection.Improved ? Color.Green : Color.Yellow)),
            var change => new Text(TrendText.State(change), new Style(Color.Yellow)),
        };
    }
}
