using Lab.Contracts.Runs;
using Lab.Reports.Comparison;
using Lab.Reports.Qualification.Statements;
using Lab.Reports.Serve;
using Lab.Reports.Trends;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Lab.Reports.Html;

/// <summary>Renders pages that need nothing but themselves: style, script and chart library are in them.</summary>
public static class HtmlOutput
{
    /// <param name="site">The site the page is served by; null for a page that is a file.</param>
    public static Task<string> RenderAsync(RunSummary summary, SiteLinks? site = null) =>
        RenderAsync<ReportPage>(new() { [nameof(ReportPage.Summary)] = summary }, site);

    /// <param name="reportOf">Where the report of a run is, as seen from the page; null where there is none to link to.</param>
    /// <inheritdoc cref="RenderAsync(RunSummary, SiteLinks?)"/>
    public static Task<string> RenderAsync(RunComparison comparison, Func<RunInfo, string?>? reportOf = null, SiteLinks? site = null) =>
        RenderAsync<ComparisonPage>(new() { [nameof(ComparisonPage.Comparison)] = comparison, [nameof(ComparisonPage.ReportOf)] = reportOf }, site);

    /// <inheritdoc cref="RenderAsync(RunSummary, SiteLinks?)"/>
    public static Task<string> RenderAsync(TrendReport report, SiteLinks? site = null) =>
        RenderAsync<TrendPage>(new() { [nameof(TrendPage.Report)] = report }, site);

    /// <param name="links">Whether evidence is linked to the run directories, which stand beside the statement's.</param>
    public static Task<string> RenderAsync(QualificationStatement statement, bool links) =>
        RenderAsync<QualificationPage>(new() { [nameof(QualificationPage.Statement)] = statement, [nameof(QualificationPage.Links)] = links });

    public static Task<string> RenderAsync(StatementComparison comparison) =>
        RenderAsync<QualificationComparisonPage>(new() { [nameof(QualificationComparisonPage.Comparison)] = comparison });

    internal static async Task<string> RenderAsync<TPage>(Dictionary<string, object?> parameters, SiteLinks? site = null) where TPage : IComponent
    {
        await using var services = new ServiceCollection().AddLogging().BuildServiceProvider();
        await using var renderer = new HtmlRenderer(services, services.GetRequiredService<ILoggerFactory>());
        var page = new Dictionary<string, object?>
        {
            [nameof(PageOfSite.Site)] = site, [nameof(PageOfSite.Page)] = typeof(TPage), [nameof(PageOfSite.Parameters)] = parameters,
        };
        var body = await renderer.Dispatcher.InvokeAsync(async () =>
            (await renderer.RenderComponentAsync<PageOfSite>(ParameterView.FromDictionary(page))).ToHtmlString());
        return "<!DOCTYPE html>\n" + body + "\n";
    }
}
