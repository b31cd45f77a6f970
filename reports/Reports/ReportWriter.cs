using Lab.Contracts.Runs;
using Lab.Reports.Calibration;
using Lab.Reports.Html;
using Lab.Reports.Outputs;

namespace Lab.Reports;

/// <summary>Makes the report of a run: reads the run directory, writes report.html, junit.xml, summary.md and summary.json into it.</summary>
public static class ReportWriter
{
    /// <exception cref="RunRecordException">The run cannot be read; nothing was written.</exception>
    public static async Task<RunSummary> WriteAsync(string runDirectory, CancellationToken cancel)
    {
        var run = RunReader.Read(runDirectory);
        var summary = RunSummary.Of(run) with { Warnings = Warnings(run) };
        var files = new Dictionary<string, string>
        {
            [ReportFiles.Html] = await HtmlOutput.RenderAsync(summary),
            [ReportFiles.JUnit] = JUnitOutput.Render(summary),
            [ReportFiles.Markdown] = MarkdownOutput.Render(summary),
            [ReportFiles.Json] = JsonOutput.Render(summary),
        };
        foreach (var (name, text) in files)
        {
            // Renamed into place, so that a report is the old one or the new one, never half of one.
            var path = Path.Combine(runDirectory, name);
            await File.WriteAllTextAsync(path + ".new", text, cancel);
            File.Move(path + ".new", path, overwrite: true);
        }

        return summary;
    }

    // A profile stands beside the runs it is for.
    private static IReadOnlyList<string> Warnings(RunRecord run) =>
        NoiseProfiles.Find(Path.GetDirectoryName(run.Directory)!, ComparisonKey.Of(run.Info).Hash)?.Warnings(run) ?? [];
}
