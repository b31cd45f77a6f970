using System.CommandLine;
using Lab.Contracts.Runs;
using Lab.Reports;
using Lab.Reports.Comparison;
using Lab.Reports.Html;
using Lab.Reports.Outputs;
using Lab.Reports.Statistics;

namespace Lab.Cli.Commands;

/// <summary>
/// <c>lab compare RUN_A RUN_B</c>: what became of every metric from A to B. Exit code 1 when something regressed, 2 when the runs
/// differ in what must be alike.
/// </summary>
internal static class CompareCommand
{
    public static Command Create()
    {
        var (a, b) = (Arm("A", "The reference"), Arm("B", "The candidate"));
        var (runs, noise, json) = (CommonOptions.Runs(), CommonOptions.Noise(), CommonOptions.Json());
        var html = new Option<FileInfo>("--html") { Description = "Also write the comparison as a page to this file." };
        var markdown = new Option<FileInfo>("--markdown") { Description = "Also write the comparison as Markdown, for a pull request." };
        var command = new Command(
            "compare",
            "Judge B against A metric by metric: regressed, improved, equivalent or undecided. Each side is a run, or several of one build joined by commas. Example: lab compare 3f2a91 latest")
        {
            a, b, runs, noise, html, markdown, json,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            var directory = parsed.GetValue(runs)!;
            List<RunRecord> Read(Argument<string> arm) =>
                [.. parsed.GetValue(arm)!.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(name => RunReader.Read(RunLocator.Find(directory, name.Trim())))];
            var (reference, candidate) = (Read(a), Read(b));
            if (reference.Count == 0 || candidate.Count == 0)
                throw new UsageException("name at least one run on each side");
            var comparison = RunComparison.Of(reference, candidate, noise: CommonOptions.Noise(parsed.GetValue(noise), directory, reference[0].Info));
            var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            if (parsed.GetValue(html) is { } page)
                await File.WriteAllTextAsync(page.FullName, await HtmlOutput.RenderAsync(comparison, run => ReportOf(run, page, reference.Concat(candidate))), cancel);
            if (parsed.GetValue(markdown) is { } text)
                await File.WriteAllTextAsync(text.FullName, ComparisonMarkdown.Render(comparison), cancel);
            if (parsed.GetValue(json))
                await output.WriteAsync(JsonOutput.Render(comparison));
            else if (comparison.Comparable)
                ComparisonTable.Write(output, comparison);

            if (!comparison.Comparable)
                await error.WriteLineAsync($"lab: not comparable: {string.Join("; ", comparison.Differences.Select(Describe))}");
            return comparison.Verdict switch
            {
                Judgement.Regressed => ExitCodes.Failed,
                Judgement.NotComparable => ExitCodes.Usage,
                _ => ExitCodes.Ok,
            };
        });
        return command;
    }

    // A report that lies beside its run, from where the page will be.
    private static string? ReportOf(RunInfo run, FileInfo page, IEnumerable<RunRecord> runs)
    {
        var report = Path.Combine(runs.First(record => record.Info == run).Directory, ReportFiles.Html);
        return File.Exists(report) ? Path.GetRelativePath(page.DirectoryName!, report).Replace(Path.DirectorySeparatorChar, '/') : null;
    }

    private static Argument<string> Arm(string name, string what) => new(name)
    {
        Description = $"{what}: a run (path, id, unique start of an id, short id, or 'latest'), or several joined by commas.",
    };

    private static string Describe(FieldDifference difference) =>
        $"{difference.Field} is {difference.A ?? "absent"} in A and {difference.B ?? "absent"} in B";
}
