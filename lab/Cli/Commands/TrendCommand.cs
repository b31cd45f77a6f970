using System.CommandLine;
using System.Globalization;
using Lab.Reports.Html;
using Lab.Reports.Outputs;
using Lab.Reports.Store;
using Lab.Reports.Trends;

namespace Lab.Cli.Commands;

/// <summary>
/// <c>lab trend [METRIC]</c>: change points and alarms over nights. Exit code 1 while an unexplained regression of the last two
/// weeks stands.
/// </summary>
internal static class TrendCommand
{
    private const int DaysDefault = 90;

    public static Command Create()
    {
        var metric = new Argument<string?>("METRIC") { Description = "Name of a metric, with * and ?; without it every metric.", Arity = ArgumentArity.ZeroOrOne };
        var suite = new Option<string>("--suite") { Description = "Suite whose runs are the nights.", DefaultValueFactory = _ => "nightly" };
        var since = new Option<DateTimeOffset>("--since")
        {
            Description = $"How far back: days (90d) or a date (2026-03-01). [default: {DaysDefault}d]",
            DefaultValueFactory = _ => TimeProvider.System.GetUtcNow().AddDays(-DaysDefault),
            CustomParser = result => Since(result.Tokens[0].Value, TimeProvider.System.GetUtcNow()) is { } start ? start : Refuse(result),
        };
        var annotations = new Option<string?>("--annotations") { Description = "File (YAML) of what people know about nights; it explains steps." };
        var html = new Option<FileInfo?>("--html") { Description = "Also write a page to this file." };
        var store = new Option<string?>("--store") { Description = "Store to read: a file, or a PostgreSQL connection string. Without it the runs directory's own, after importing what is new." };
        var (runs, json) = (CommonOptions.Runs(), CommonOptions.Json());
        var command = new Command("trend", "Find steps of metrics over nights; exit code 1 while a recent regression stands unexplained. Example: lab trend 'boot.*' --since 90d --html trend.html")
        {
            metric, suite, since, annotations, html, store, runs, json,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            // A wrong file is told before anything is read.
            var known = parsed.GetValue(annotations) is { } file ? AnnotationFile.Load(file) : [];
            var directory = parsed.GetValue(runs)!;
            if (parsed.GetValue(store) is null && !Directory.Exists(directory))
                throw new UsageException($"there is no runs directory {Path.GetFullPath(directory)}: name one by --runs, or a store by --store");

            await using var opened = await RunStore.OpenAsync(parsed.GetValue(store) ?? RunStore.DefaultLocation(directory), cancel: cancel);
            if (parsed.GetValue(store) is null)
            {
                var import = await opened.ImportAsync([directory], cancel: cancel);
                if (import.Imported > 0)
                    await error.WriteLineAsync($"lab: imported {import.Imported} runs");
                foreach (var refused in import.Refused)
                    await error.WriteLineAsync($"lab: left out {refused.Directory}: {refused.Error}");
            }

            var query = new HistoryQuery { Suite = parsed.GetValue(suite), Since = parsed.GetValue(since), Metric = parsed.GetValue(metric) };
            var histories = await opened.HistoryAsync(query, cancel);
            if (histories.Count == 0)
                throw new UsageException($"no run of suite {query.Suite} since {query.Since:yyyy-MM-dd} measured {query.Metric ?? "anything"} (store {opened.Name})");
            var report = TrendReport.Of(TrendNights.Of(histories, await opened.RunsAsync(new RunQuery { Suite = query.Suite, Since = query.Since }, cancel)), known, cancel: cancel);

            if (parsed.GetValue(html) is { } page)
                await File.WriteAllTextAsync(page.FullName, await HtmlOutput.RenderAsync(report), cancel);
            if (parsed.GetValue(json))
                await output.WriteAsync(JsonOutput.Render(report));
            else
                TrendTable.Write(output, report);
            return report.Alarming ? ExitCodes.Failed : ExitCodes.Ok;
        });
        return command;
    }

    /// <summary>"90d" before now, or the start (UTC) of a date; null for anything else.</summary>
    private static DateTimeOffset? Since(string text, DateTimeOffset now)
    {
        if (text.EndsWith('d') && ushort.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var days) && days > 0)
            return now.AddDays(-days);
        return DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            ? new DateTimeOffset(date.ToDateTime(default), TimeSpan.Zero)
            : null;
    }

    private static DateTimeOffset Refuse(System.CommandLine.Parsing.ArgumentResult result)
    {
        result.AddError($"--since: '{result.Tokens[0].Value}' is neither days (90d) nor a date (2026-03-01)");
        return default;
    }
}
