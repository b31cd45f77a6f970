using Lab.Cli.Commands;
using Lab.Reports.Qualification;
using Lab.Reports.Qualification.Profiles;
using Lab.Reports.Qualification.Statements;
using Spectre.Console;

namespace Lab.Cli;

/// <summary>Profiles, statements and their comparison on a terminal.</summary>
internal static class QualificationTables
{
    public static void Write(TextWriter output, QualificationStatement statement, string directory, bool signed)
    {
        var console = CommonOptions.ConsoleOn(output);
        console.MarkupLineInterpolated($"[bold]{statement.Device.Name}[/] ({statement.Device.Kind}) under {statement.Profile.Name}-{statement.Profile.Version}");
        console.Write(new Text(Words.Of(statement.Verdict) + Environment.NewLine, new Style(Words.IsQualified(statement.Verdict) ? Color.Green : Color.Red, decoration: Decoration.Bold)));
        console.MarkupLineInterpolated($"{Words.Meaning(statement.Verdict)}");
        console.MarkupLineInterpolated($"{statement.Summary}");
        foreach (var finding in statement.Requirements.Where(finding => finding.Outcome != Outcome.Pass))
            console.Write(new Text($"  {Words.Of(finding.Level),-6} {finding.Id,-8} {Words.Of(finding.Outcome)}: {finding.Reason}{Environment.NewLine}", StyleOf(finding.Outcome)));
        foreach (var deviation in statement.Deviations.Where(deviation => deviation.State != DeviationState.Granted))
            console.MarkupLineInterpolated($"  deviation for {deviation.Requirement} is {Words.Of(deviation.State)} (until {deviation.Until:yyyy-MM-dd})");
        if (!signed)
            console.MarkupLine("[grey]not signed; give --key to sign[/]");
        output.WriteLine(directory);
    }

    public static void Write(TextWriter output, IReadOnlyList<QualificationProfile> profiles)
    {
        var table = Columns("profile", "title", "requirements");
        foreach (var profile in profiles)
            table.AddRow(new Text(profile.Id), new Text(profile.Title), new Text(string.Join(", ", profile.Requirements
                .GroupBy(requirement => requirement.Level).OrderBy(level => level.Key).Select(level => $"{level.Count()} {Words.Of(level.Key)}"))));
        CommonOptions.ConsoleOn(output).Write(table);
    }

    public static void Write(TextWriter output, QualificationProfile profile)
    {
        var console = CommonOptions.ConsoleOn(output);
        console.MarkupLineInterpolated($"[bold]{profile.Id}[/] {profile.Title}; {profile.Sessions} sessions of {profile.Suite}; SHA-256 {profile.Digest}");
        console.WriteLine(profile.About);
        var table = Columns("id", "level", "requirement", "asked");
        foreach (var requirement in ProfileView.Of(profile).Requirements)
            table.AddRow(new Text(requirement.Id), new Text(Words.Of(requirement.Level)), new Text(requirement.Title), new Text(requirement.Asked));
        console.Write(table);
    }

    public static void Write(TextWriter output, StatementComparison comparison)
    {
        var table = Columns(["requirement", "level", .. comparison.Statements.Select(statement => statement.Device.Name)]);
        table.AddRow([new Text("verdict"), new Text(""), .. comparison.Statements.Select(statement => new Text(Words.Of(statement.Verdict)))]);
        foreach (var requirement in comparison.Requirements)
        {
            table.AddRow([
                new Text($"{requirement.Id} {requirement.Title}"), new Text(Words.Of(requirement.Level)),
                .. requirement.Findings.Select(finding => new Text($"{Words.Of(finding.Outcome)}: {finding.Reason}", StyleOf(finding.Outcome))),
            ]);
        }
        CommonOptions.ConsoleOn(output).Write(table);
    }

    private static Style StyleOf(Outcome outcome) => new(outcome switch
    {
        Outcome.Pass => Color.Green,
        Outcome.Fail => Color.Red,
        Outcome.NotTested => Color.Yellow,
        _ => Color.Default,
    });

    private static Table Columns(params string[] names)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var name in names)
            table.AddColumn(new TableColumn(new Text(name)));
        return table;
    }
}
