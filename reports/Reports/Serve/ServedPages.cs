using Lab.Contracts.Runs;
using Lab.Reports.Comparison;
using Lab.Reports.Html;
using Lab.Reports.Qualification;
using Lab.Reports.Qualification.Statements;
using Lab.Reports.Store;
using Lab.Reports.Trends;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Lab.Reports.Serve;

/// <summary>The site's pages: each made anew from the run directories, by the same components as the files.</summary>
internal sealed class ServedPages(RunCatalogue catalogue, TimeProvider time)
{
    private const int ArmRunsMax = 200;
    private const int DaysDefault = 365;
    private const int DaysMax = 3660;

    public void Map(WebApplication app)
    {
        app.MapGet(SiteLinks.Runs, RunsAsync);
        app.MapGet("/runs/{id}/", RunAsync);
        app.MapGet("/runs/{id}/{**path}", RunFileAsync);
        app.MapGet("/compare", CompareAsync);
        app.MapGet(SiteLinks.Trend, TrendAsync);
        app.MapGet(SiteLinks.Qualifications, QualificationsAsync);
        app.MapGet("/qualifications/{name}/", (string name) => QualificationFile(name, StatementFiles.Html));
        app.MapGet("/qualifications/{name}/{file}", QualificationFile);
        app.MapGet(SiteLinks.Live, () => PageAsync(site => HtmlOutput.RenderAsync<LivePage>([], site), SiteLinks.Live));
        app.MapFallback(() => Missing("there is no such page"));
    }

    public static IResult Missing(string reason) => Problem(StatusCodes.Status404NotFound, reason);

    private static IResult Problem(int status, string reason) => Results.Text(reason + "\n", "text/plain; charset=utf-8", statusCode: status);

    private static async Task<IResult> PageAsync(Func<SiteLinks, Task<string>> render, string address) =>
        Results.Text(await render(new SiteLinks(address)), "text/html; charset=utf-8");

    private async Task<IResult> RunsAsync(string? suite, CancellationToken cancel)
    {
        var runs = await catalogue.RunsAsync(new RunQuery { Suite = suite }, cancel);
        return await PageAsync(site => HtmlOutput.RenderAsync<RunsPage>(new() { [nameof(RunsPage.Runs)] = runs }, site), SiteLinks.Runs);
    }

    private async Task<IResult> RunAsync(string id, HttpContext context, CancellationToken cancel)
    {
        if (await catalogue.DirectoryOfAsync(id, cancel) is not { } directory)
            return Missing($"there is no run {id}");
        // Links to evidence are relative to the page, so its address must end as a directory's does.
        if (context.Request.Path.Value is { } path && !path.EndsWith('/'))
            return Results.Redirect(SiteLinks.Run(id));
        return await ReadAsync(() =>
        {
            var run = RunReader.Read(directory);
            var summary = RunSummary.Of(run) with { Warnings = catalogue.Noise(run.Info)?.Warnings(run) ?? [] };
            return PageAsync(site => HtmlOutput.RenderAsync(summary, site), SiteLinks.Run(id));
        });
    }

    private async Task<IResult> RunFileAsync(string id, string path, CancellationToken cancel) =>
        await catalogue.DirectoryOfAsync(id, cancel) is { } directory ? DirectoryFiles.Find(directory, path) : Missing($"there is no run {id}");

    private async Task<IResult> CompareAsync(string[] a, string[] b, CancellationToken cancel)
    {
        if (a.Length is 0 or > ArmRunsMax || b.Length is 0 or > ArmRunsMax)
            return Problem(StatusCodes.Status400BadRequest, $"choose at least one run as A and one as B, at most {ArmRunsMax} each");
        var arms = new List<string>[] { [], [] };
        foreach (var (ids, arm) in new[] { (a, arms[0]), (b, arms[1]) })
        {
            foreach (var id in ids)
            {
                if (await catalogue.DirectoryOfAsync(id, cancel) is not { } directory)
                    return Missing($"there is no run {id}");
                arm.Add(directory);
            }
        }

        return await ReadAsync(() =>
        {
            var (reference, candidate) = (arms[0].ConvertAll(RunReader.Read), arms[1].ConvertAll(RunReader.Read));
            var comparison = RunComparison.Of(reference, candidate, noise: catalogue.Noise(reference[0].Info));
            return PageAsync(site => HtmlOutput.RenderAsync(comparison, run => SiteLinks.Run(run.Id), site), "/compare");
        });
    }

    private async Task<IResult> TrendAsync(string? suite, string? metric, int? days, CancellationToken cancel)
    {
        if (days is < 1 or > DaysMax)
            return Problem(StatusCodes.Status400BadRequest, $"days is a number from 1 to {DaysMax}");
        await catalogue.RefreshAsync(cancel);
        var query = new HistoryQuery { Suite = suite ?? "nightly", Metric = metric, Since = time.GetUtcNow().AddDays(-(days ?? DaysDefault)) };
        var histories = await catalogue.Store.HistoryAsync(query, cancel);
        var runs = await catalogue.Store.RunsAsync(new RunQuery { Suite = query.Suite, Since = query.Since }, cancel);
        var report = TrendReport.Of(TrendNights.Of(histories, runs), [], cancel: cancel);
        return await PageAsync(site => HtmlOutput.RenderAsync(report, site), SiteLinks.Trend);
    }

    private Task<IResult> QualificationsAsync()
    {
        var statements = Directory.Exists(catalogue.RunsDirectory)
            ? Directory.EnumerateDirectories(catalogue.RunsDirectory)
                .Where(directory => File.Exists(Path.Combine(directory, StatementFiles.Json)))
                .OrderDescending(StringComparer.Ordinal).Select(ServedStatement.Read).ToList()
            : [];
        return PageAsync(
            site => HtmlOutput.RenderAsync<QualificationsPage>(new() { [nameof(QualificationsPage.Statements)] = statements }, site), SiteLinks.Qualifications);
    }

    private IResult QualificationFile(string name, string file)
    {
        var directory = Path.Combine(catalogue.RunsDirectory, name);
        return RunCatalogue.IsName(name) && File.Exists(Path.Combine(directory, StatementFiles.Json))
            ? DirectoryFiles.Find(directory, file)
            : Missing($"there is no statement {name}");
    }

    // A damaged record is the reader's news, not the server's fault.
    private static async Task<IResult> ReadAsync(Func<Task<IResult>> render)
    {
        try
        {
            return await render();
        }
        catch (RunRecordException error)
        {
            return Problem(StatusCodes.Status422UnprocessableEntity, error.Message);
        }
    }
}
