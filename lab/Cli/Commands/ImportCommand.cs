using System.CommandLine;
using Lab.Reports.Outputs;

namespace Lab.Cli.Commands;

/// <summary><c>lab import DIR…</c>: indexes run directories. Exit code 1 when some of them could not be read.</summary>
internal static class ImportCommand
{
    public static Command Create()
    {
        var directories = new Argument<string[]>("DIR")
        {
            Description = "Run directories, or directories that hold some; without any, the runs directory.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var (options, json) = (new StoreOptions(), CommonOptions.Json());
        var command = new Command(
            "import",
            "Index runs that are new or changed in the run store, and name directories that cannot be read. Example: lab import /srv/nightlies --store \"Host=db;Database=lab\"")
        {
            directories, json,
        };
        options.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            await using var store = await options.OpenAsync(parsed, cancel);
            var wanted = parsed.GetValue(directories) is { Length: > 0 } named ? named : [options.RunsDirectory(parsed)];
            var report = await store.ImportAsync(wanted, StoreOptions.Progress(error, "imported"), cancel);
            foreach (var refused in report.Refused)
                await error.WriteLineAsync($"lab: {StoreOptions.Text(refused)}");
            if (parsed.GetValue(json))
                await output.WriteAsync(JsonOutput.Render(report));
            else
                await output.WriteLineAsync($"{store.Name}: {report.Imported} imported, {report.Unchanged} unchanged, {report.Refused.Count} refused");
            return report.Refused.Count == 0 ? ExitCodes.Ok : ExitCodes.Failed;
        });
        return command;
    }
}
