using System.CommandLine;
using System.Text;
using Lab.Reports.Html;
using Lab.Reports.Qualification.Statements;

namespace Lab.Cli.Commands;

/// <summary><c>lab qualify compare STATEMENT STATEMENT…</c>: devices side by side over the same profile.</summary>
internal static class QualifyCompareCommand
{
    public static Command Create()
    {
        var statements = new Argument<string[]>("STATEMENT") { Description = "Directories of statements, or their JSON files; at least two", Arity = ArgumentArity.OneOrMore };
        var html = new Option<FileInfo?>("--html") { Description = "Also write the comparison as a page to this file" };
        var json = CommonOptions.Json();
        var command = new Command("compare", "Devices side by side over the same profile; it judges nothing. Example: lab qualify compare vendor-a vendor-b --html sides.html") { statements, html, json };
        command.SetAction((parsed, cancel) => QualifyCommand.UsageOf(async () =>
        {
            var comparison = StatementComparison.Of([.. parsed.GetValue(statements)!.Select(StatementFiles.Read)]);
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(html) is { } file)
                await File.WriteAllTextAsync(file.FullName, await HtmlOutput.RenderAsync(comparison), cancel);
            if (parsed.GetValue(json))
                await output.WriteLineAsync(Encoding.UTF8.GetString(StatementJson.Serialize(comparison.Requirements)));
            else
                QualificationTables.Write(output, comparison);
            return ExitCodes.Ok;
        }));
        return command;
    }
}
