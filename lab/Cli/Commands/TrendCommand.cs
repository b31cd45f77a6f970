using System.CommandLine;
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
    public static Command Create()
    {
        var metric = new Argument<string?>("METRIC") { Description = "Name of a metric, with * and ?; without it every metric.", Arity = ArgumentArity.ZeroOrOne };
        var suite = new Option<string>("--suite") { Description = "Suite whose runs are the nights.", DefaultValueFactory = _ => "nightly" };
        var since = new Option<string>("--since") { Description = "How far back: a date, a time, or an age (90d).", DefaultValueFactory = _ => "90d" };
        var annotations = new Option<string?>("--annotations") { Description = "File (YAML) of what people know about nights; it explains steps." };
        var html = new Option<FileInfo?>("--html") { Description = "Also write a page to this file." };
        var (options, json) = (new StoreOptions(), CommonOptions.Json());
        var command = new Command("trend", "Find steps of metrics over nights; exit code 1 while a recent regression stands unexplained. Example: lab trend 'boot.*' --since 90d --html trend.html")
        {
            metric, suite, since, annotations, html, json,
        };
        options.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            // A wrong file is told before anything is read.
            var known = parsed.GetValue(annotations) is { } file ? AnnotationFile.Load(file) : [];
            var query = new HistoryQuery { Suite = parsed.GetValue(suite), Since = TimeArgument.Parse(parsed.GetValue(since)!), Metric = parsed.GetValue(metric) };
            await using var store = await options.OpenCurrentAsync(parsed, cancel);
            var histories = await store.HistoryAsync(query, cancel);
            if (histories.Count == 0)
                throw new UsageException($"no run of suite {query.Suite} since {query.Since:yyyy-MM-dd} measured {query.Metric ?? "anything"} (store {store.Name}): name another --suite, --since or metric, or --runs and --store");
            var runs = await store.RunsAsync(new RunQuery { Suite = query.Suite, Since = query.Since }, cancel);
            var report = TrendReport.Of(TrendNights.Of(histories, runs), known, cancel: cancel);

            var output = parsed.InvocationConfiguration.Output;
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
}
