using System.CommandLine;
using Lab.Contracts.Runs;
using Lab.Reports.Comparison;
using Lab.Reports.Html;
using Lab.Reports.Outputs;

namespace Lab.Cli.Commands;

/// <summary>
/// <c>lab compare RUN_A RUN_B</c>: B over A for every metric. It judges nothing: exit code 0 when the runs could be compared, 2 when
/// they differ in what must be alike.
/// </summary>
internal static class CompareCommand
{
    public static Command Create()
    {
        var (a, b) = (CommonOptions.Run("RUN_A"), CommonOptions.Run("RUN_B"));
        var (runs, json) = (CommonOptions.Runs(), CommonOptions.Json());
        var html = new Option<FileInfo>("--html") { Description = "Also write the comparison as a page to this file." };
        var command = new Command("compare", "Compare two runs: ratio of medians and spread of every metric. Example: lab compare 3f2a91 latest") { a, b, runs, json, html };
        command.SetAction(async (parsed, cancel) =>
        {
            RunRecord Read(Argument<string> run) => RunReader.Read(RunLocator.Find(parsed.GetValue(runs)!, parsed.GetValue(run)!));
            var comparison = RunComparison.Of(Read(a), Read(b));
            var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            if (parsed.GetValue(html) is { } file)
                await File.WriteAllTextAsync(file.FullName, await HtmlOutput.RenderAsync(comparison), cancel);
            if (parsed.GetValue(json))
                await output.WriteAsync(JsonOutput.Render(comparison));
            else if (comparison.Comparable)
                RunTables.Write(output, comparison);

            if (comparison.Comparable)
                return ExitCodes.Ok;
            await error.WriteLineAsync($"lab: not comparable: {string.Join("; ", comparison.Differences.Select(Describe))}");
            return ExitCodes.Usage;
        });
        return command;
    }

    private static string Describe(FieldDifference difference) =>
        $"{difference.Field} is {difference.A ?? "absent"} in A and {difference.B ?? "absent"} in B";
}
