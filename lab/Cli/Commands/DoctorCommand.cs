using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lab.Harness.Doctor;
using Spectre.Console;

namespace Lab.Cli.Commands;

/// <summary><c>lab doctor</c>: what is missing on this machine, and how to mend it.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var json = CommonOptions.Json();
        var command = new Command("doctor", "Says what the lab misses on this machine and how to mend it. Exit code 3 when something is missing. Example: lab doctor --json") { json };
        command.SetAction(async (parsed, token) =>
        {
            var findings = await new MachineDoctor().ExamineAsync(token);
            if (parsed.GetValue(json))
                await parsed.InvocationConfiguration.Output.WriteLineAsync(ToJson(findings).ToJsonString(CommonOptions.Indented));
            else
                Print(CommonOptions.ConsoleOn(parsed.InvocationConfiguration.Output), findings);
            return findings.Any(f => f.State == FindingState.Missing) ? ExitCodes.Infrastructure : ExitCodes.Ok;
        });
        return command;
    }

    private static void Print(IAnsiConsole console, IReadOnlyList<Finding> findings)
    {
        var table = new Table().Border(TableBorder.None).HideHeaders().AddColumns("", "", "");
        foreach (var finding in findings)
        {
            var mark = finding.State switch { FindingState.Good => "[green]ok[/]", FindingState.Degraded => "[yellow]slower[/]", _ => "[red]missing[/]" };
            table.AddRow(mark, finding.Subject.EscapeMarkup(), finding.Detail.EscapeMarkup());
            if (finding.Mend is not null)
                table.AddRow("", "", $"[bold]mend:[/] {finding.Mend.EscapeMarkup()}");
        }
        console.Write(table);
    }

    private static JsonArray ToJson(IReadOnlyList<Finding> findings) => [.. findings.Select(f => new JsonObject
    {
        ["subject"] = f.Subject,
        ["state"] = JsonNamingPolicy.CamelCase.ConvertName(f.State.ToString()),
        ["detail"] = f.Detail,
        ["mend"] = f.Mend,
    })];
}
