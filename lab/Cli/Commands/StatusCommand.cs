using System.CommandLine;
using System.Text.Json.Nodes;
using Lab.Harness.Launch;
using Spectre.Console;

namespace Lab.Cli.Commands;

/// <summary><c>lab status</c>: which testbeds there are, and which of their parts run.</summary>
internal static class StatusCommand
{
    public static Command Create()
    {
        var json = CommonOptions.Json();
        var command = new Command("status", "Tells which testbeds there are and which of their parts run. Exit code 1 when a part is down. Example: lab status --json") { json };
        command.SetAction(async (parsed, token) =>
        {
            var statuses = new List<TestbedStatus>();
            foreach (var name in Leftovers.Testbeds())
                statuses.Add(await TestbedStatus.ReadAsync(new TestbedPaths(name), token));
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
                await output.WriteLineAsync(ToJson(statuses).ToJsonString(CommonOptions.Indented));
            else
                Print(CommonOptions.ConsoleOn(output), statuses);
            return statuses.Any(s => s.Parts.Any(p => !p.IsUp)) ? ExitCodes.Failed : ExitCodes.Ok;
        });
        return command;
    }

    private static void Print(IAnsiConsole console, List<TestbedStatus> statuses)
    {
        if (statuses.Count == 0)
            console.WriteLine("no testbed is up; `lab up` raises one");
        foreach (var status in statuses)
        {
            console.MarkupLine($"[bold]{status.Name.EscapeMarkup()}[/]");
            foreach (var part in status.Parts)
                console.MarkupLine($"  {(part.IsUp ? "[green]up[/]  " : "[red]down[/]")} {part.Name.EscapeMarkup()} [grey]{part.Detail.EscapeMarkup()}[/]");
        }
    }

    private static JsonArray ToJson(List<TestbedStatus> statuses) => [.. statuses.Select(s => new JsonObject
    {
        ["testbed"] = s.Name,
        ["parts"] = new JsonArray([.. s.Parts.Select(p => new JsonObject { ["name"] = p.Name, ["up"] = p.IsUp, ["detail"] = p.Detail })]),
    })];
}
