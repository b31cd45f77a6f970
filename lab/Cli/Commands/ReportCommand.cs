using System.CommandLine;
using Lab.Reports;
using Lab.Reports.Outputs;

namespace Lab.Cli.Commands;

/// <summary><c>lab report RUN</c>: writes the report of a run into its directory.</summary>
internal static class ReportCommand
{
    public static Command Create()
    {
        var run = CommonOptions.Run("RUN");
        var (runs, json) = (CommonOptions.Runs(), CommonOptions.Json());
        var command = new Command("report", "Write report.html, junit.xml, summary.md and summary.json of a run. Example: lab report latest") { run, runs, json };
        command.SetAction(async (parsed, cancel) =>
        {
            var directory = RunLocator.Find(parsed.GetValue(runs)!, parsed.GetValue(run)!);
            var summary = await ReportWriter.WriteAsync(directory, cancel);
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
                await output.WriteAsync(JsonOutput.Render(summary));
            else
                RunTables.Write(output, summary, directory);
            return ExitCodes.Ok;
        });
        return command;
    }
}
