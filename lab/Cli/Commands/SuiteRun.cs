namespace Lab.Cli.Commands;

/// <summary>What is to be run: one session of a suite on a fresh testbed.</summary>
internal sealed record SuiteRun(string Suite, string TestbedFile, string RunsDirectory)
{
    /// <summary>Part of the class or method name of the scenarios to run.</summary>
    public string? Filter { get; init; }

    /// <summary>Names of the scenarios to run, as results have them; empty: all.</summary>
    public IReadOnlyList<string> Scenarios { get; init; } = [];

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Checkout or built revision under test; null: the testbed file's.</summary>
    public string? Build { get; init; }
}
