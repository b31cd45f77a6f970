using System.CommandLine;
using Lab.Harness.Launch;

namespace Lab.Cli.Commands;

/// <summary><c>lab logs NODE</c>: what the parts of a node logged, or those of the control plane.</summary>
internal static class LogsCommand
{
    public static Command Create()
    {
        var node = new Argument<string>("node") { Description = "Name of a node, or: manager, storage" };
        var lines = new Option<int>("--lines") { Description = "Last lines of each log", DefaultValueFactory = _ => 100 };
        var command = new Command("logs", "Prints the logs of a node's SoC, host and BMC, or of manager or storage.") { node, lines };
        command.SetAction(async (parsed, token) =>
        {
            var wanted = parsed.GetValue(node)!;
            var paths = CommonOptions.OnlyTestbed();
            var files = LogFiles(paths, wanted);
            if (files.Count == 0)
                throw new UsageException($"{paths.Testbed} has no logs of {wanted}; there are nodes {string.Join(", ", paths.Nodes())}, manager and storage");
            foreach (var file in files)
            {
                await parsed.InvocationConfiguration.Output.WriteLineAsync($"==> {file} <==");
                foreach (var line in (await File.ReadAllLinesAsync(file, token)).TakeLast(parsed.GetValue(lines)))
                    await parsed.InvocationConfiguration.Output.WriteLineAsync(line);
            }
            return ExitCodes.Ok;
        });
        return command;
    }

    private static List<string> LogFiles(TestbedPaths paths, string wanted)
    {
        var soc = paths.Node(wanted).SocLogs;
        return
        [
            .. Directory.Exists(paths.Logs) ? Directory.EnumerateFiles(paths.Logs, wanted + "*.log").Order(StringComparer.Ordinal) : Enumerable.Empty<string>(),
            .. Directory.Exists(soc) ? Directory.EnumerateFiles(soc, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal) : Enumerable.Empty<string>(),
        ];
    }
}
