namespace Lab.Cli.Experiments;

/// <summary>Which build a session measures: A is the reference, B the candidate.</summary>
internal enum ExperimentArm
{
    A,
    B,
}

/// <summary>One session to run: a fresh testbed, one run directory.</summary>
/// <param name="Round">From 1.</param>
/// <param name="Position">From 1, over the whole experiment.</param>
/// <param name="Scenarios">Names of the scenarios to run; empty: all.</param>
internal sealed record Session(ExperimentArm Arm, int Round, int Position, IReadOnlyList<string> Scenarios);
