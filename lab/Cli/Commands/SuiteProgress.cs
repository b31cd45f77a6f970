using System.Globalization;
using Lab.Harness.Recording;
using Spectre.Console;

namespace Lab.Cli.Commands;

/// <summary>A suite's progress on a terminal.</summary>
internal static class SuiteProgress
{
    public static void Print(IAnsiConsole console, RunProgress told)
    {
        var took = told.Seconds is { } seconds ? string.Create(CultureInfo.InvariantCulture, $" [grey]{seconds:0.0} s[/]") : "";
        if (told.Step is not null && told.Seconds is not null)
            console.MarkupLine($"  [blue]up[/]    {told.Step.EscapeMarkup()}{took}");
        if (told.Scenario is not null && told.Verdict is null)
            console.MarkupLine($"  [grey]run   {told.Scenario.EscapeMarkup()}[/]");
        if (told.Scenario is null || told.Verdict is null)
            return;
        var colour = told.Verdict switch { "pass" => "green", "skip" => "grey", "error" => "yellow", _ => "red" };
        console.MarkupLine($"  [{colour}]{told.Verdict}[/]{new string(' ', Math.Max(1, 6 - told.Verdict.Length))}{told.Scenario.EscapeMarkup()}{took}");
        if (told.Reason is not null)
            console.MarkupLine($"        [grey]{told.Reason.EscapeMarkup()}[/]");
    }
}
