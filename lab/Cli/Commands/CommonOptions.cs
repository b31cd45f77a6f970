using System.CommandLine;

namespace Lab.Cli.Commands;

/// <summary>Options and arguments that several commands share. Each call makes a new one: a symbol belongs to one command.</summary>
internal static class CommonOptions
{
    public static Option<bool> Json() => new("--json") { Description = "Print JSON instead of text." };

    public static Option<string> Runs() => new("--runs")
    {
        Description = "Directory that holds the runs.",
        DefaultValueFactory = _ => "runs",
    };

    public static Argument<string> Run(string name) => new(name)
    {
        Description = "A run: path, id, unique start of an id, short id, or 'latest'.",
    };
}
