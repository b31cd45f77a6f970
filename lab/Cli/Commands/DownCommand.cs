using System.CommandLine;
using System.Text.Json.Nodes;
using Lab.Harness.Launch;

namespace Lab.Cli.Commands;

/// <summary><c>lab down [NAME]</c> takes a testbed down; <c>lab clean</c> removes whatever any run left, killed or not.</summary>
internal static class DownCommand
{
    public static Command Create()
    {
        var name = new Argument<string?>("testbed") { Description = "Name of the testbed; not needed when only one is up", Arity = ArgumentArity.ZeroOrOne };
        var json = CommonOptions.Json();
        var command = new Command("down", "Takes a testbed down. Example: lab down emulated-2x") { name, json };
        command.SetAction((parsed, token) =>
        {
            var up = Leftovers.Testbeds();
            var wanted = parsed.GetValue(name);
            if (wanted is not null && !up.Contains(wanted))
                throw new UsageException($"no testbed {wanted} is up{(up.Count == 0 ? "" : "; up: " + string.Join(", ", up))}");
            if (wanted is null && up.Count > 1)
                throw new UsageException($"several testbeds are up, name one: {string.Join(", ", up)}");
            return RemoveAsync(wanted is null ? up : [wanted], parsed.GetValue(json), parsed.InvocationConfiguration.Output, token);
        });
        return command;
    }

    public static Command CreateClean()
    {
        var json = CommonOptions.Json();
        var command = new Command("clean", "Removes everything that any run left: processes, containers, domains, network namespaces, files. Images stay cached. Example: lab clean") { json };
        command.SetAction((parsed, token) => RemoveAsync(Leftovers.Testbeds(), parsed.GetValue(json), parsed.InvocationConfiguration.Output, token));
        return command;
    }

    private static async Task<int> RemoveAsync(IReadOnlyList<string> testbeds, bool json, TextWriter output, CancellationToken token)
    {
        var removed = new List<string>();
        if (testbeds.Count > 0 || DockerService.OwnMayRun)
        {
            await using var docker = await DockerService.StartAsync(TimeProvider.System, token);
            foreach (var testbed in testbeds)
                removed.AddRange(await new Leftovers(new TestbedPaths(testbed)).RemoveAsync(docker, token));
        }
        if (json)
            await output.WriteLineAsync(new JsonObject { ["removed"] = new JsonArray([.. removed.Select(r => JsonValue.Create(r))]) }.ToJsonString(CommonOptions.Indented));
        else if (removed.Count == 0)
            await output.WriteLineAsync("nothing was left");
        else
            foreach (var thing in removed)
                await output.WriteLineAsync("removed " + thing);
        return ExitCodes.Ok;
    }
}
