using System.CommandLine;
using System.Net;
using Lab.Reports.Serve;
using Lab.Reports.Store;

namespace Lab.Cli.Commands;

/// <summary><c>lab serve</c>: a web site over the runs, until it is interrupted.</summary>
internal static class ServeCommand
{
    private const string ListenDefault = "127.0.0.1:8080";

    public static Command Create()
    {
        var listen = new Option<IPEndPoint>("--listen")
        {
            Description = "Address and port; port 0 takes a free one. The site has no login: beyond loopback, everybody who reaches it reads it.",
            DefaultValueFactory = _ => IPEndPoint.Parse(ListenDefault),
            CustomParser = result =>
            {
                if (IPEndPoint.TryParse(result.Tokens[0].Value, out var endpoint) && result.Tokens[0].Value.Contains(':', StringComparison.Ordinal))
                    return endpoint;
                result.AddError($"--listen: '{result.Tokens[0].Value}' is no ADDRESS:PORT");
                return null;
            },
        };
        var store = new Option<string?>("--store") { Description = "Store to read: a file, or a PostgreSQL connection string. Without it the runs directory's own." };
        var runs = CommonOptions.Runs();
        var command = new Command("serve", "Serve the runs as a web site: list, reports, comparison of any, trend, qualification, live progress. Ctrl-C ends it. Example: lab serve --runs /srv/runs --listen 127.0.0.1:8080")
        {
            listen, store, runs,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            var directory = parsed.GetValue(runs)!;
            if (!Directory.Exists(directory))
                throw new UsageException($"there is no runs directory {Path.GetFullPath(directory)}: name one by --runs");
            await using var server = await ReportServer.StartAsync(
                new ServeOptions(directory, parsed.GetValue(store) ?? RunStore.DefaultLocation(directory), parsed.GetValue(listen)!, TimeProvider.System), cancel);
            await parsed.InvocationConfiguration.Output.WriteLineAsync($"serving {Path.GetFullPath(directory)} at {server.Address}; Ctrl-C ends it");
            var ended = new TaskCompletionSource();
            await using var registration = cancel.Register(() => ended.TrySetResult());
            await ended.Task;
            return ExitCodes.Ok;
        });
        return command;
    }
}
