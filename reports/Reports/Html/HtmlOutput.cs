using Lab.Contracts.Runs;
using Lab.Reports.Comparison;
using Lab.Reports.Trends;
using Lab.Reports.Qualification.Statements;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Lab.Reports.Html;

/// <summary>Renders pages that need nothing but themselves: style, script and chart library are in them.</summary>
public static class HtmlOutput
{
    public static Task<string> RenderAsync(RunSummary summary) =>
        RenderAsync<ReportPage>(new() { [nameof(ReportPage.Summary)] = summary });

    /// <param name="reportOf">Where the report of a run is, as seen from the page; null where there is none to link to.</param>
    public static Task<string> RenderAsync(RunComparison comparison, Func<RunInfo, string?>? reportOf = null) =>
        RenderAsync<ComparisonPage>(new() { [nameof(ComparisonPage.Comparison)] = comparison, [nameof(ComparisonPage.ReportOf)] = reportOf });

    public static Task<string> RenderAsync(TrendReport report) =>
        RenderAsync<TrendPage>(new() { [nameof(TrendPage.Report)] = report });

    /// <param name="links">Whether evidence is linked to the run directories, which stand beside the statement's.</param>
    public static Task<string> RenderAsync(QualificationStatement statement, bool links) =>
        RenderAsync<QualificationPage>(new() { [nameof(QualificationPage.Statement)] = statement, [nameof(QualificationPage.Links)] = links });

    public static Task<string> RenderAsync(StatementComparison comparison) =>
        RenderAsync<QualificationComparisonPage>(new() { [nameof(QualificationComparisonPage.Comparison)] = comparison });

    private static async Task<string> RenderAsync<TPage>(Dictionary<string, object?> parameters) where TPage : IComponent
    {
        await using var services = new ServiceCollection().AddLogging().BuildServiceProvider();
        await using var renderer = new HtmlRenderer(services, services.GetRequiredService<ILoggerFactory>());
        var body = await renderer.Dispatcher.InvokeAsync(async () =>
            (await renderer.RenderComponentAsync<TPage>(ParameterView.FromDictionary(parameters))).ToHtmlString());
        return "<!DOCTYPE html>\n" + body + "\n";
    }
}
