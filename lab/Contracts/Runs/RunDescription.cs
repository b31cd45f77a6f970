namespace Lab.Contracts.Runs;

/// <summary>What a writer must be told of a run; the rest of <see cref="RunInfo"/> it adds.</summary>
public sealed record RunDescription
{
    public required string Suite { get; init; }
    public required string SuiteVersion { get; init; }
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = RunLimits.Empty;
    public required TestbedInfo Testbed { get; init; }
    public required EnvironmentInfo Environment { get; init; }
    public required SystemUnderTest SystemUnderTest { get; init; }
    public IReadOnlyDictionary<string, string> Images { get; init; } = RunLimits.Empty;
    public IReadOnlyDictionary<string, string> Labels { get; init; } = RunLimits.Empty;
}
