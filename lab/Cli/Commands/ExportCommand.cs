using System.CommandLine;
using System.Text;
using Lab.Contracts.Runs;
using Lab.Reports.Outputs;

namespace Lab.Cli.Commands;

/// <summary><c>lab export RUN --format F</c>: a run in the words of another program, to standard output or to a file.</summary>
internal static class ExportCommand
{
    public static Command Create()
    {
        var (run, runs) = (CommonOptions.Run("RUN"), CommonOptions.Runs());
        var format = new Option<string>("--format") { Description = $"One of {string.Join(", ", RunExport.Formats)}.", Required = true };
        format.AcceptOnlyFromAmong([.. RunExport.Formats]);
        var file = new Option<FileInfo>("--out") { Description = "Write to this file instead of standard output." };
        var command = new Command(
            "export",
            "Print a run for other programs: scenarios as JUnit, CTRF or Markdown, every sample as CSV or Parquet, figures as OpenMetrics. Example: lab export latest --format csv --out samples.csv")
        {
            run, format, file, runs,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            var (name, target) = (parsed.GetValue(format)!, parsed.GetValue(file));
            if (target is null && RunExport.IsBinary(name))
                throw new UsageException($"{name} is no text: name a file by --out");
            var content = await RunExport.RenderAsync(RunReader.Read(RunLocator.Find(parsed.GetValue(runs)!, parsed.GetValue(run)!)), name, cancel);
            if (target is null)
                await parsed.InvocationConfiguration.Output.WriteAsync(Encoding.UTF8.GetString(content));
            else
                await File.WriteAllBytesAsync(target.FullName, content, cancel);
            return ExitCodes.Ok;
        });
        return command;
    }
}
