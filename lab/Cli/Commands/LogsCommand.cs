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
        var command = new Command("logs", "Prints the logs of a node's SoC, host and BMC, or of manager or storage. Example: lab logs bm0 --lines 20") { node, lines };
        command.SetAction(async (parsed, token) =>
        {
            var wanted = parsed.GetValue(node)!;
            var paths = CommonOptions.OnlyTestbed();
            var parts = paths.Nodes().Concat(["manager", "storage"]).Distinct().ToList();
            var files = parts.Contains(wanted) ? LogFiles(paths, wanted, parts) : [];
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

    private static List<string> LogFiles(TestbedPaths paths, string wanted, List<string> parts)
    {
        var soc = paths.Node(wanted).SocLogs;
        return
        [
            .. Files(paths.Logs, "*.log", SearchOption.TopDirectoryOnly).Where(f => PartOf(Path.GetFileNameWithoutExtension(f), parts) == wanted),
            .. Files(soc, "*", SearchOption.AllDirectories),
        ];
    }

    /// <summary>Logs are called after their part and what of it logs: `bm1-bmc` is of bm1, and of bm1-bmc where a node is called so.</summary>
    private static string? PartOf(string log, List<string> parts) =>
        parts.Where(p => log == p || log.StartsWith(p + "-", StringComparison.Ordinal)).MaxBy(p => p.Length);

    private static IEnumerable<string> Files(string directory, string pattern, SearchOption depth) =>
        Directory.Exists(directory) ? Directory.EnumerateFiles(directory, pattern, depth).Order(StringComparer.Ordinal) : [];
}
